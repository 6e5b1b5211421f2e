//! Every event of every story, forced: who is to say it dies before its commit, it comes twice, it comes last.
#![allow(clippy::unwrap_used, reason = "a test may unwrap")]

use std::{collections::BTreeSet, time::Duration};

use events_schema::{Key, Source, Topic};
use simulator::{Force, Plan, Shop};

/// A story: what outsiders do, in a shop of so many mugs, where orders live so long.
struct Story {
    name: &'static str,
    mugs: i64,
    lifetime: u64,
    told: fn(&mut Shop),
}

const fn story(name: &'static str, mugs: i64, lifetime: u64, told: fn(&mut Shop)) -> Story {
    Story { name, mugs, lifetime, told }
}

const STORIES: &[Story] = &[
    story("happy", 10, 900, |shop| buys(shop, 1, "tok_ok")),
    story("declined", 10, 900, |shop| buys(shop, 1, "tok_declined")),
    story("insufficient", 10, 900, |shop| buys(shop, 1, "tok_insufficient_funds")),
    story("fraud", 10, 900, |shop| buys(shop, 1, "tok_fraud")),
    story("silent at first", 10, 900, |shop| buys(shop, 1, "tok_timeout")),
    story("answered twice", 10, 900, |shop| buys(shop, 1, "tok_twice")),
    story("contradicted", 10, 900, |shop| buys(shop, 1, "tok_contradict")),
    story("expired", 10, 2, |shop| buys(shop, 1, "tok_timeout")),
    story("cancelled before it is reserved", 10, 900, |shop| {
        buys(shop, 1, "tok_ok");
        shop.cancel(order(1));
    }),
    story("cancelled while it is paid", 10, 900, |shop| {
        buys(shop, 1, "tok_late");
        a_while(shop);
        shop.cancel(order(1));
    }),
    story("cancelled too late", 10, 900, |shop| {
        buys(shop, 1, "tok_ok");
        a_while(shop);
        shop.cancel(order(1));
    }),
    story("out of stock", 3, 900, |shop| buys(shop, 4, "tok_ok")),
    story("queued and served", 10, 900, |shop| buys(shop, 10, "tok_ok")),
    story("two for the last", 1, 900, |shop| {
        shop.place(order(1), "tok_ok", &[(key("mug"), 1)]);
        shop.place(order(2), "tok_ok", &[(key("mug"), 1)]);
    }),
    story("refund refused, then given", 10, 900, |shop| {
        buys(shop, 1, "tok_refund_refused");
        shop.wait(Duration::from_millis(20));
        shop.cancel(order(1));
    }),
    story("rejected", 10, 900, |shop| shop.place(order(1), "tok_ok", &[(key("unheard-of"), 0)])),
    story("placed twice", 10, 900, |shop| {
        buys(shop, 1, "tok_ok");
        buys(shop, 1, "tok_ok");
    }),
    story("parked and resumed", 10, 900, |shop| {
        shop.break_on(Source::Inventory, order(1), true);
        buys(shop, 1, "tok_ok");
        a_while(shop);
        shop.break_on(Source::Inventory, order(1), false);
        shop.operate(Source::Inventory, order(1), 0, false);
    }),
    story("garbage given up", 10, 900, |shop| {
        shop.garbage(Topic::Checkout, order(1), 0);
        buys(shop, 1, "tok_ok");
        a_while(shop);
        shop.operate(Source::Order, order(1), 0, true);
    }),
    story("restocked", 0, 900, |shop| {
        shop.receive(key("mug"), 5);
        a_while(shop);
        buys(shop, 3, "tok_ok");
    }),
    story("corrected", 5, 900, |shop| {
        shop.correct(key("mug"), -3, None);
        buys(shop, 3, "tok_ok");
    }),
];

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

fn order(n: u32) -> Key {
    key(&format!("o-{n}"))
}

fn buys(shop: &mut Shop, mugs: i64, token: &str) {
    shop.place(order(1), token, &[(key("mug"), mugs)]);
}

fn a_while(shop: &mut Shop) {
    shop.wait(Duration::from_millis(300));
}

impl Story {
    /// Tells the story, with one thing done to one event, and judges it; what was said of whom.
    fn tell(&self, forced: Option<(Force, &str, Key)>) -> Result<(Shop, bool), String> {
        let mut plan = Plan::quiet(1, self.mugs);
        plan.lifetime = Duration::from_secs(self.lifetime);
        let mut shop = Shop::open(plan)?;
        if let Some((force, event, subject)) = forced {
            shop.force(force, event, subject);
        }
        (self.told)(&mut shop);
        shop.settle()?;
        shop.calm()?;
        shop.judge().map_err(|broken| broken.to_string())?;
        let done = shop.was_forced();
        Ok((shop, done))
    }

    /// Every event said after the shop was opened.
    fn events(&self) -> BTreeSet<(String, Key)> {
        let (shop, _) = self.tell(None).unwrap_or_else(|wrong| panic!("{}: {wrong}", self.name));
        let opened = Shop::open(Plan::quiet(1, self.mugs)).unwrap();
        let said = |shop: &Shop| -> BTreeSet<(String, Key)> {
            let history = shop.history();
            let own = history.all().filter(|event| !event.place.topic.is_parked());
            own.map(|event| (event.kind.clone(), event.subject)).collect()
        };
        said(&shop).difference(&said(&opened)).cloned().collect()
    }
}

#[test]
fn whatever_event_is_stopped_or_comes_twice_or_last_every_promise_holds() {
    let (mut runs, mut done, mut wrong) = (0, [0; 3], Vec::new());
    for story in STORIES {
        for (event, subject) in story.events() {
            for (n, force) in Force::ALL.into_iter().enumerate() {
                runs += 1;
                match story.tell(Some((force, &event, subject))) {
                    Ok((_, was_forced)) => done[n] += u32::from(was_forced),
                    Err(what) => wrong.push(format!("{}, {event} {force:?}: {what}", story.name)),
                }
            }
        }
    }
    println!("{} stories, {runs} runs, done: {done:?}", STORIES.len());
    assert!(wrong.is_empty(), "{} of {runs} runs are wrong; first: {}", wrong.len(), wrong[0]);
    assert!(STORIES.len() >= 15 && runs >= 450, "{runs} runs of {} stories", STORIES.len());
    // What outsiders write nobody can be stopped from saying.
    let each = runs / 3;
    assert!(done[0] * 10 >= each * 6, "{} of {each} events could be stopped", done[0]);
    assert!(done[1] == each && done[2] == each, "{done:?} of {each} came twice, and last");
}
