//! Beside a shop that runs.

use std::{
    io::{BufRead, BufReader, Lines, Read, Write},
    net::TcpStream,
    process::{Child, ChildStderr, ChildStdout, Command},
};

use serde_json::Value;

use crate::{past::Past, stage::Stage};

pub fn a_breach_that_comes_later_is_told_and_counted(stage: &Stage) {
    let mut past = Past::new(stage);
    past.stocked();
    let started = past.sold("o-1");
    let mut auditor = Running::follow(stage, &["--admin", "127.0.0.1:0"]);
    let admin = auditor.logs("admin port")["bound"].as_str().unwrap().to_owned();
    assert_eq!(auditor.tells("S4")["breaches"], 0);
    past.captured("o-1", &started);
    assert_eq!(auditor.tells("S4")["worst"]["subject"], "o-1", "only what has changed is told again");
    // Told again with everything else at the end, by when the metrics say so too.
    let metrics = get(&admin, "/metrics");
    for metric in ["orders_promise_breaches{promise=\"S4\"} 1", "orders_audit_lag_offsets 0"] {
        assert!(metrics.contains(metric), "{metric} in {metrics}");
    }
    assert!(get(&admin, "/healthz").contains("200 OK"));
    auditor.ask_to_end();
    assert_eq!(auditor.tells("S1")["breaches"], 0);
    assert_eq!(auditor.process.wait().unwrap().code(), Some(1));
}

pub fn credentials_change_under_it_and_nothing_is_read_twice(stage: &Stage) {
    let mut past = Past::new(stage);
    past.stocked();
    past.sold("o-1");
    // Any setting may stand in a file; a test needs no password for it.
    let file = std::env::temp_dir().join(format!("auditor-{}-{}", std::process::id(), stage.name()));
    std::fs::write(&file, "first").unwrap();
    let named = format!("client.rack=@{}", file.display());
    let mut auditor = Running::follow(stage, &["-X", &named]);
    assert_eq!(auditor.tells("S4")["breaches"], 0);
    std::fs::write(&file, "the second").unwrap();
    auditor.logs("credentials changed: connected anew");
    let started = past.sold("o-2");
    past.captured("o-2", &started);
    assert_eq!(auditor.tells("S4")["worst"]["subject"], "o-2");
    auditor.ask_to_end();
    let read = auditor.summary()["read"].take();
    assert_eq!(read["offsets"], read["of_offsets"]);
    assert_eq!(read["events"], past.written(), "no event is read twice, none is passed over");
    assert_eq!(auditor.process.wait().unwrap().code(), Some(1));
    std::fs::remove_file(&file).unwrap();
}

/// An auditor that ends with the test.
struct Running {
    process: Child,
    said: Lines<BufReader<ChildStdout>>,
    log: Lines<BufReader<ChildStderr>>,
}

impl Running {
    fn follow(stage: &Stage, args: &[&str]) -> Running {
        let always = ["--follow", "--every", "100ms", "--log", "auditor=info", "-o", "json"];
        let mut process = stage.start(&[&always[..], args].concat());
        let said = BufReader::new(process.stdout.take().unwrap()).lines();
        let log = BufReader::new(process.stderr.take().unwrap()).lines();
        Running { process, said, log }
    }

    /// The next line of this promise.
    fn tells(&mut self, promise: &str) -> Value {
        next(&mut self.said, |line| line["promise"] == promise)
    }

    /// The summary of a report that tells of S4, as every one here does that is asked for.
    fn summary(&mut self) -> Value {
        self.tells("S4");
        next(&mut self.said, |line| line["summary"].is_object())["summary"].take()
    }

    /// The next entry of the log with this message.
    fn logs(&mut self, message: &str) -> Value {
        next(&mut self.log, |line| line["message"] == message)
    }

    fn ask_to_end(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap();
        assert!(asked.success());
    }
}

fn next(lines: &mut Lines<impl BufRead>, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        if wanted(&line) {
            break line;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: auditor\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
