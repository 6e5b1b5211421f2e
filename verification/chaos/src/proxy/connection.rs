//! One connection between a client and a broker, frame by frame.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
    time::{Instant, sleep_until},
};

use super::{
    Wire,
    late::{Mode, Ticket},
    wire::{self, Frame},
};

/// Frames under way in one direction.
const UNDER_WAY: usize = 256;
/// How long an answer to a late call is waited for.
const ANSWER: Duration = Duration::from_secs(5);

/// A frame and when it is to arrive.
type Due = (Instant, Frame);
/// Answers to be held back, by the number of their request.
type Awaited = Arc<Mutex<BTreeMap<i32, Ticket>>>;

/// Why a connection ends.
enum End {
    Closed,
    Cut,
}

/// Carries frames both ways until one side ends, or the proxy cuts it.
pub(super) async fn serve(client: TcpStream, behind: u16, wire: Arc<Wire>) {
    let mut cut = wire.cut.subscribe();
    let Ok(broker) = TcpStream::connect((Ipv4Addr::LOCALHOST, behind)).await else { return };
    for side in [&client, &broker] {
        // A connection that ends here is reset: what was under way is lost, as with a cable.
        let _ = side.set_nodelay(true);
        let _ = side.set_zero_linger();
    }
    let number = wire.connections().begin();
    let end = tokio::select! {
        end = carry(client, broker, behind, &wire) => end,
        _ = cut.changed() => End::Cut,
    };
    if matches!(end, End::Cut) {
        wire.reset.fetch_add(1, Ordering::Relaxed);
    }
    wire.connections().open.remove(&number);
}

async fn carry(client: TcpStream, broker: TcpStream, behind: u16, wire: &Arc<Wire>) -> End {
    let ((from_client, to_client), (from_broker, to_broker)) = (client.into_split(), broker.into_split());
    let (asks, asked) = mpsc::channel(UNDER_WAY);
    let (answers, answered) = mpsc::channel(UNDER_WAY);
    let awaited = Awaited::default();
    tokio::select! {
        end = requests(from_client, asks, behind, &awaited, wire) => end,
        () = replies(from_broker, answers, &awaited, wire) => End::Closed,
        () = write(asked, to_broker) => End::Closed,
        () = write(answered, to_client) => End::Closed,
    }
}

fn due(wire: &Wire, frame: Frame) -> Due {
    let latency = wire.latency.load(Ordering::Relaxed);
    if latency > 0 {
        wire.delayed.fetch_add(frame.len() as u64, Ordering::Relaxed);
    }
    (Instant::now() + Duration::from_millis(latency), frame)
}

async fn requests(
    mut from: OwnedReadHalf,
    to: mpsc::Sender<Due>,
    behind: u16,
    awaited: &Awaited,
    wire: &Arc<Wire>,
) -> End {
    while let Some(frame) = wire::read(&mut from).await {
        let request = wire::request(&frame);
        match request.and_then(|request| Some((request.number, wire.late.look(&request)?))) {
            Some((number, (Mode::Answers, ticket))) => {
                awaited.lock().unwrap_or_else(PoisonError::into_inner).insert(number, ticket);
            }
            Some((_, (Mode::Requests, ticket))) => {
                tokio::spawn(deliver_late(frame, ticket, behind, wire.clone()));
                return End::Cut;
            }
            None => {}
        }
        if to.send(due(wire, frame)).await.is_err() {
            break;
        }
    }
    End::Closed
}

async fn replies(mut from: OwnedReadHalf, to: mpsc::Sender<Due>, awaited: &Awaited, wire: &Arc<Wire>) {
    while let Some(frame) = wire::read(&mut from).await {
        let number = wire::answer(&frame);
        let ticket =
            number.and_then(|number| awaited.lock().unwrap_or_else(PoisonError::into_inner).remove(&number));
        if let Some(ticket) = ticket {
            tokio::spawn(answer_late(frame, ticket, to.clone(), wire.clone()));
        } else if to.send(due(wire, frame)).await.is_err() {
            break;
        }
    }
}

async fn write(mut frames: mpsc::Receiver<Due>, mut to: OwnedWriteHalf) {
    while let Some((due, frame)) = frames.recv().await {
        if due > Instant::now() {
            sleep_until(due).await;
        }
        if to.write_all(&frame).await.is_err() {
            return;
        }
    }
}

/// Gives the client its answer when it does not wait for it any more.
async fn answer_late(frame: Frame, ticket: Ticket, to: mpsc::Sender<Due>, wire: Arc<Wire>) {
    wire.late.wait(ticket).await;
    let came = match to.send((Instant::now(), frame)).await {
        Ok(()) => "the late answer was delivered",
        Err(_) => "the client had closed the connection",
    };
    wire.late.released(ticket, came.to_owned());
}

/// Gives the broker a call that the client has made again meanwhile, over a way of its own.
async fn deliver_late(frame: Frame, ticket: Ticket, behind: u16, wire: Arc<Wire>) {
    let broker = TcpStream::connect((Ipv4Addr::LOCALHOST, behind)).await;
    wire.late.wait(ticket).await;
    // Not all at the same point of the next transaction: its records are on their way one after the other.
    tokio::time::sleep(ticket.lateness()).await;
    let came = match broker {
        Ok(broker) => tokio::time::timeout(ANSWER, ask(broker, &frame)).await.ok().flatten(),
        Err(_) => None,
    };
    let came = match came {
        Some(0) => "the broker took the late call".to_owned(),
        Some(error) => format!("the broker refused the late call with error {error}"),
        None => "the broker did not answer the late call".to_owned(),
    };
    wire.late.released(ticket, came);
}

async fn ask(mut broker: TcpStream, frame: &[u8]) -> Option<i16> {
    broker.write_all(frame).await.ok()?;
    let (mut from, _to) = broker.split();
    let mut from = (&mut from).take(1 << 20);
    wire::end_txn_error(&wire::read(&mut from).await?)
}
