//! What is judged by witnesses beside the log.

use std::{
    io::{Read, Write},
    net::TcpListener,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{past::Past, stage::Stage};

const CHARGED: &str = r#"{"movement":"charged","order":"o-1","amount":400,"currency":"EUR"}"#;

/// A file that is gone after the test.
struct Page(PathBuf);

impl Page {
    fn of(lines: &[&str]) -> Page {
        static PAGES: AtomicU32 = AtomicU32::new(0);
        let name = format!("audit-{}-{}.ndjson", std::process::id(), PAGES.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        Page(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn sold(stage: &Stage) {
    let mut past = Past::new(stage);
    past.stocked();
    past.sold("o-1");
    stage.all_taken();
}

pub fn a_ledger_with_one_charge_too_many_breaks_s4(stage: &Stage) {
    sold(stage);
    let right = Page::of(&[CHARGED]);
    stage.audit(&["--ledger", right.path()]).ends_with(0);
    let wrong = Page::of(&[CHARGED, CHARGED]);
    let told = stage.audit(&["--ledger", wrong.path(), "-o", "json"]).ends_with(1).lines();
    assert_eq!(told["S4"]["worst"]["subject"], "o-1", "{}", told["S4"]);
    assert_eq!(told["summary"]["movements"], 2);
}

pub fn money_that_the_provider_never_took_breaks_s5(stage: &Stage) {
    sold(stage);
    let empty = Page::of(&[]);
    let told = stage.audit(&["--ledger", empty.path(), "-o", "json"]).ends_with(1).lines();
    assert_eq!(told["S5"]["worst"]["subject"], "o-1", "{}", told["S5"]);
}

pub fn a_ledger_is_read_from_an_address(stage: &Stage) {
    sold(stage);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/ledger", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let body = format!("{CHARGED}\n{CHARGED}\n");
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    let told = stage.audit(&["--ledger", &url, "-o", "json"]).ends_with(1).lines();
    assert_eq!(told["S4"]["worst"]["subject"], "o-1", "{}", told["S4"]);
}

pub fn an_acknowledged_order_that_is_not_on_the_log_breaks_s13(stage: &Stage) {
    sold(stage);
    let there =
        r#"{"order":"o-1","id":"e-5","topic":"checkout","partition":0,"offset":0,"told":"completed"}"#;
    let lost = r#"{"order":"o-9","id":"e-99","topic":"checkout","partition":0,"offset":1}"#;
    stage.audit(&["--answers", Page::of(&[there]).path()]).ends_with(0);
    let told =
        stage.audit(&["--answers", Page::of(&[there, lost]).path(), "-o", "json"]).ends_with(1).lines();
    assert_eq!(told["S13"]["worst"]["subject"], "o-9", "{}", told["S13"]);
    assert_eq!((&told["S13"]["breaches"], &told["summary"]["answers"]), (&1.into(), &2.into()));
}

pub fn a_ledger_that_cannot_be_read_ends_with_2(stage: &Stage) {
    let run = stage.audit(&["--ledger", "/nowhere/ledger.ndjson"]).ends_with(2);
    assert!(run.err.starts_with("/nowhere/ledger.ndjson: "), "{run:?}");
    let garbage = Page::of(&[CHARGED, "{}"]);
    let run = stage.audit(&["--ledger", garbage.path()]).ends_with(2);
    assert!(run.err.contains("at byte 67"), "{run:?}");
}

pub fn a_view_that_runs_ahead_of_the_log_breaks_s18(stage: &Stage) {
    sold(stage);
    let pending = r#"{"order":"o-1","status":"pending","partition":0,"read":1}"#;
    let ahead = r#"{"order":"o-1","status":"completed","partition":0,"read":1}"#;
    let told = stage.audit(&["--views", Page::of(&[pending]).path(), "-o", "json"]).ends_with(0).lines();
    assert_eq!((&told["S18"]["checked"], &told["summary"]["sightings"]), (&1.into(), &1.into()));
    let told =
        stage.audit(&["--views", Page::of(&[pending, ahead]).path(), "-o", "json"]).ends_with(1).lines();
    assert_eq!(told["S18"]["worst"]["subject"], "o-1", "{}", told["S18"]);
}
