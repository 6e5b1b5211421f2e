//! The process around workers: options, logs, admin port, signals, threads, exit codes.

mod admin;
mod clock;
mod collector;
mod logs;
mod options;
mod rotation;
mod semantics;
mod stop;
mod traces;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

use prometheus::Registry;

use crate::{
    Clock, Fatal, Metrics, Outside, Pace, Ports, Service, Sink, Source, Worker,
    kafka::{self, Settings},
};

pub use admin::serve as serve_admin;
use rotation::Rotation;

pub use clock::WallClock;
pub use logs::{LogFormat, init as init_logs};
pub use options::{Connection, Options};
pub use stop::Stop;

use traces::Traces;

/// Makes what one worker thread runs: the service and its outside.
pub type Make<S> = Arc<dyn Fn() -> (S, Box<dyn Outside<S> + Send>) + Send + Sync>;

/// What the admin port tells of one process.
#[derive(Clone)]
pub struct Health {
    /// All metrics of the process.
    pub registry: Registry,
    expected: Arc<AtomicUsize>,
    ready: Arc<AtomicUsize>,
    failed: Arc<AtomicBool>,
}

impl Default for Health {
    fn default() -> Health {
        Health {
            registry: Registry::new(),
            expected: Arc::default(),
            ready: Arc::default(),
            failed: Arc::default(),
        }
    }
}

impl Health {
    /// Whether every worker has served its lease and restored its tasks.
    pub fn is_ready(&self) -> bool {
        let expected = self.expected.load(Ordering::Relaxed);
        expected > 0 && self.ready.load(Ordering::Relaxed) >= expected && self.is_live()
    }

    /// Whether no worker has ended for a reason that a restart must mend.
    pub fn is_live(&self) -> bool {
        !self.failed.load(Ordering::Relaxed)
    }
}

/// Starts the workers of one service. They run until `stop` is asked for, or until one of them meets something fatal,
/// which asks for it.
pub fn start<S: Service + Send>(
    make: Make<S>,
    settings: &Settings,
    pace: Pace,
    workers: u16,
    health: &Health,
    stop: &Stop,
) -> Result<Vec<JoinHandle<Result<(), Fatal>>>, Fatal> {
    let metrics = Metrics::new::<S>(&health.registry).map_err(|error| Fatal::Client(error.to_string()))?;
    let traces = Traces::open(S::SOURCE, settings)?;
    health.expected.fetch_add(usize::from(workers), Ordering::Relaxed);
    let mut threads = Vec::new();
    for worker in 0..workers {
        let work = Work {
            make: make.clone(),
            settings: Settings { worker, metrics: metrics.clone(), ..settings.clone() },
            pace,
            metrics: metrics.clone(),
            traces: traces.clone(),
            health: health.clone(),
            stop: stop.clone(),
        };
        let thread = std::thread::Builder::new().name(format!("{}-{worker}", S::SOURCE));
        let spawned = thread.spawn(move || {
            let ended = work.run();
            if let Err(fatal) = &ended {
                tracing::error!(service = %S::SOURCE, worker, "{fatal}");
                work.health.failed.store(true, Ordering::Relaxed);
                work.stop.ask();
            }
            ended
        });
        threads.push(spawned.map_err(|error| Fatal::Client(format!("no thread for a worker: {error}")))?);
    }
    Ok(threads)
}

/// Waits for workers to end; the first fatal error is the process's.
pub fn join(threads: Vec<JoinHandle<Result<(), Fatal>>>) -> Result<(), Fatal> {
    let mut ended = Ok(());
    for thread in threads {
        let result =
            thread.join().unwrap_or_else(|_| Err(Fatal::Client("a worker thread panicked".to_owned())));
        ended = ended.and(result);
    }
    ended
}

/// What one worker thread needs.
struct Work<S: Service> {
    make: Make<S>,
    settings: Settings,
    pace: Pace,
    metrics: Metrics,
    traces: Option<Traces>,
    health: Health,
    stop: Stop,
}

impl<S: Service> Work<S> {
    /// Works until asked to stop. A broker that goes away once the worker was ready is waited for: everything a worker
    /// knows is on the log, so that a new one goes on where the old one stood.
    fn run(&self) -> Result<(), Fatal> {
        let mut was_ready = false;
        loop {
            let mut ready = false;
            let ended = self.turn_until_stopped(&mut ready);
            was_ready |= ready;
            if ready {
                self.health.ready.fetch_sub(1, Ordering::Relaxed);
            }
            match ended {
                Err(Fatal::Lost(why) | Fatal::Unreachable(why)) if was_ready && !self.stop.asked() => {
                    tracing::warn!(service = %S::SOURCE, worker = self.settings.worker, why, "connecting anew");
                    self.metrics.reconnected();
                }
                ended => return ended,
            }
        }
    }

    /// Between turns no transaction is open, so that stopping loses nothing.
    fn turn_until_stopped(&self, ready: &mut bool) -> Result<(), Fatal> {
        let mut rotation = Rotation::of(&self.settings.overrides);
        let (mut source, mut sink) = kafka::open(self.settings.clone())?;
        let (service, mut outside) = (self.make)();
        let mut worker = Worker::new(service, self.pace, self.metrics.clone());
        self.traces.iter().for_each(|traces| worker.trace_to(traces.tracer()));
        while !self.stop.asked() {
            let (source, sink): (&mut dyn Source, &mut dyn Sink) = (&mut source, &mut sink);
            worker.turn(&mut Ports { source, sink, outside: outside.as_mut(), clock: &WallClock })?;
            if !*ready && worker.is_ready() {
                *ready = true;
                self.health.ready.fetch_add(1, Ordering::Relaxed);
                tracing::info!(service = %S::SOURCE, worker = self.settings.worker, "ready");
            }
            if *ready && rotation.has_come(WallClock.now()) {
                return Err(Fatal::Lost("the files with our credentials have changed".to_owned()));
            }
        }
        tracing::info!(service = %S::SOURCE, worker = self.settings.worker, "drained");
        Ok(())
    }
}

/// The exit code of a process that ended so.
pub fn exit_code(ended: &Result<(), Fatal>) -> u8 {
    match ended {
        Ok(()) => 0,
        Err(Fatal::Unreachable(_)) => 69,
        Err(Fatal::Misconfigured(_)) => 78,
        Err(Fatal::Fenced(_) | Fatal::Lost(_) | Fatal::Gone { .. } | Fatal::Client(_)) => 1,
    }
}

/// Serves the admin port, if one is wanted.
pub fn open_admin(options: &Options, health: &Health) -> Result<(), Fatal> {
    let Some(address) = options.admin else { return Ok(()) };
    add_process_figures(&health.registry);
    let served = serve_admin(address, health.clone());
    let wrong =
        |error| Fatal::Misconfigured(format!("admin port {address}: {error}; choose another with --admin"));
    served.map(drop).map_err(wrong)
}

/// Memory, processor time, open files and threads of this process, as the kernel has them: Linux only.
#[cfg(target_os = "linux")]
fn add_process_figures(registry: &Registry) {
    let figures = prometheus::process_collector::ProcessCollector::for_self();
    // Registered twice they are there.
    let _ = registry.register(Box::new(figures));
}

#[cfg(not(target_os = "linux"))]
fn add_process_figures(_: &Registry) {}

/// The command line of a service's own binary: what every service is told, and what only this one is.
#[derive(clap::Parser)]
#[command(version, after_help = EXIT_CODES, max_term_width = 100)]
struct CommandLine<F: clap::Args> {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    own: F,
    /// What to log on stderr: error, warn, info, debug, trace, or a tracing filter.
    #[arg(long, env = "ORDERS_LOG", default_value = "info", value_name = "FILTER")]
    log: String,
}

const EXIT_CODES: &str = "Exit codes: 0 drained after SIGTERM or Ctrl-C; 1 fenced, or a fault to report; 2 usage; \
    69 broker unreachable; 78 configuration or topic layout wrong; 130 interrupted twice";

/// The `main` of a service's own binary: `F` are the flags only this service has, `make` the service they make. A
/// flag that cannot be meant is told in one line.
pub fn main<F: clap::Args, S: Service + Send>(
    make: fn(&F) -> Result<Make<S>, String>,
) -> std::process::ExitCode {
    let line = <CommandLine<F> as clap::Parser>::parse();
    if let Err(error) = init_logs(line.options.log_format, &line.log) {
        eprintln!("--log {:?}: {error}", line.log);
        return 78.into();
    }
    let ended = run(&line, make);
    if let Err(fatal) = &ended {
        eprintln!("{fatal}");
    }
    exit_code(&ended).into()
}

fn run<F: clap::Args, S: Service + Send>(
    line: &CommandLine<F>,
    make: fn(&F) -> Result<Make<S>, String>,
) -> Result<(), Fatal> {
    let make = make(&line.own).map_err(Fatal::Misconfigured)?;
    let (health, stop) = (Health::default(), Stop::on_signals());
    open_admin(&line.options, &health)?;
    let settings = line.options.settings::<S>(&line.connection);
    join(start(make, &settings, line.options.pace(), line.options.workers, &health, &stop)?)
}
