//! An order stranded on purpose: the payment process does not run. Real services on a real broker.

use std::{
    process::{Child, Stdio},
    time::Duration,
};

use crate::stage::{Patience, Stage};

/// A service that ends with the test.
struct Service(Child);

impl Service {
    fn start(stage: &Stage, name: &str) -> Service {
        let mut command = stage.command(&["run", name, "--instance", "1"]);
        Service(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn kafka_a_stranded_order_is_explained_listed_and_ends_when_its_service_returns() {
    let Some(stage) = Stage::bare_kafka() else { return };
    stage.ctl(&["init", "--sample"]).ends_with(0);
    let _services = ["order", "inventory"].map(|name| Service::start(&stage, name));
    let patience = Patience::of(Duration::from_secs(60));
    patience.until("the sample is in the catalog", || {
        let listed = stage.ctl(&["product", "list", "--output", "json"]).ends_with(0).json();
        listed.as_array().is_some_and(|products| products.len() >= 3)
    });
    stage.ctl(&["place", "--sku", "mug", "--order-id", "o-1"]).ends_with(0);
    patience.until("the order waits for payment", || {
        let run = stage.ctl(&["why", "o-1", "--output", "json"]);
        run.code == 0 && run.json()["waits_for"]["owner"] == "payment"
    });
    let text = stage.ctl(&["why", "o-1"]).ends_with(0).out;
    for line in [
        "It waits for payment: StockReserved has no answer yet",
        "Next: payment says PaymentStarted or PaymentFailed.",
        "If nobody does: order cancels it as expired at ",
        "Now: payment: not running, ",
        "start it: orderctl run payment",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let stuck = stage.ctl(&["stuck", "--older-than", "0", "--output", "json"]).ends_with(0).json();
    assert_eq!((&stuck[0]["order_id"], &stuck[0]["owner"]), (&"o-1".into(), &"payment".into()));
    let _payment = Service::start(&stage, "payment");
    let watched = stage.ctl(&["watch", "o-1"]).ends_with(0);
    assert!(watched.out.contains("o-1: completed in "), "{watched:?}");
    assert_eq!(stage.ctl(&["stuck", "--older-than", "0"]).ends_with(0).out, "no order is stuck\n");
}
