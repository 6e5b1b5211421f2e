//! Beside a shop that runs.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command},
};

use serde_json::Value;

use crate::{past::Past, stage::Stage};

pub fn a_breach_that_comes_later_is_told_and_counted(stage: &Stage) {
    let mut past = Past::new(stage);
    past.stocked();
    let started = past.sold("o-1");
    let args =
        ["--follow", "--every", "100ms", "--admin", "127.0.0.1:0", "--log", "auditor=info", "-o", "json"];
    let mut auditor = Running(stage.start(&args));
    let admin = auditor.admin_address();
    let mut lines = BufReader::new(auditor.0.stdout.take().unwrap()).lines();
    let mut next = |promise: &str| loop {
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        if line["promise"] == promise {
            break line;
        }
    };
    assert_eq!(next("S4")["breaches"], 0);
    past.captured("o-1", &started);
    assert_eq!(next("S4")["worst"]["subject"], "o-1", "only what has changed is told again");
    // Told again with everything else at the end, by when the metrics say so too.
    let metrics = get(&admin, "/metrics");
    for metric in ["orders_promise_breaches{promise=\"S4\"} 1", "orders_audit_lag_offsets 0"] {
        assert!(metrics.contains(metric), "{metric} in {metrics}");
    }
    assert!(get(&admin, "/healthz").contains("200 OK"));
    auditor.ask_to_end();
    assert_eq!(next("S1")["breaches"], 0);
    assert_eq!(auditor.0.wait().unwrap().code(), Some(1));
}

/// An auditor that ends with the test.
struct Running(Child);

impl Running {
    /// What it logs when its admin port is open.
    fn admin_address(&mut self) -> String {
        let mut log = BufReader::new(self.0.stderr.as_mut().unwrap());
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        line["bound"].as_str().unwrap().to_owned()
    }

    fn ask_to_end(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        assert!(asked.success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: auditor\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
