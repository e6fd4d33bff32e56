//! The lines that a test's server logs.
//!
//! A test runs on one thread, its server with it, so that a thread's lines are its test's. Lines of
//! other threads (the store's writer) belong to nobody: at WARN or ERROR they fail whichever test
//! ends next.

use std::{
    cell::RefCell,
    fmt::{Debug, Write},
    sync::{Arc, Mutex, Once},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context, prelude::*, registry};

type Lines = Arc<Mutex<Vec<Line>>>;

#[derive(Clone, Debug)]
struct Line {
    level: Level,
    text: String,
}

thread_local! {
    static OWN: RefCell<Option<Lines>> = const { RefCell::new(None) };
}

static STRAY: Mutex<Vec<Line>> = Mutex::new(Vec::new());
static STARTED: Once = Once::new();

/// One test's lines.
#[derive(Debug)]
pub(crate) struct LogLines {
    lines: Lines,
    expected: Mutex<Vec<&'static str>>,
}

impl LogLines {
    /// Collects this thread's lines from now on.
    pub(crate) fn start() -> LogLines {
        STARTED.call_once(|| registry().with(Collector).init());
        let lines = Lines::default();
        OWN.with(|own| *own.borrow_mut() = Some(lines.clone()));
        LogLines { lines, expected: Mutex::default() }
    }

    /// Lines at WARN or ERROR with this in them are as they should be, and there has to be one.
    pub(crate) fn expect(&self, part: &'static str) {
        self.expected.lock().unwrap().push(part);
    }

    /// Everything, at every level.
    pub(crate) fn all(&self) -> String {
        let lines = self.lines.lock().unwrap();
        lines.iter().map(|line| format!("{}\n", line.text)).collect()
    }

    /// Fails on lines that were not expected, and on expected ones that did not come.
    pub(crate) fn check(&self) {
        let lines = self.lines.lock().unwrap().clone();
        let stray = std::mem::take(&mut *STRAY.lock().unwrap());
        let expected = self.expected.lock().unwrap();
        let loud = |line: &&Line| line.level <= Level::WARN;
        let announced = |line: &&Line| expected.iter().any(|part| line.text.contains(part));
        let unexpected = lines.iter().filter(loud).filter(|line| !announced(line));
        let unexpected: Vec<&Line> = unexpected.chain(stray.iter().filter(loud)).collect();
        assert!(unexpected.is_empty(), "unexpected log lines: {unexpected:#?}");
        for part in expected.iter() {
            let came = lines.iter().filter(loud).any(|line| line.text.contains(part));
            assert!(came, "no log line with `{part}`");
        }
    }
}

struct Collector;

impl<S: Subscriber> Layer<S> for Collector {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Text(event.metadata().target().to_owned());
        event.record(&mut text);
        let level = *event.metadata().level();
        let line = Line { level, text: text.0 };
        let own = OWN.try_with(|own| own.borrow().clone()).ok().flatten();
        match own {
            Some(lines) => lines.lock().unwrap().push(line),
            None => STRAY.lock().unwrap().push(line),
        }
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

#[test]
#[should_panic(expected = "unexpected log lines")]
fn a_warning_that_nobody_announced_fails_its_test() {
    let lines = LogLines::start();
    tracing::warn!("something is odd");
    lines.check();
}

#[test]
#[should_panic(expected = "no log line with `odd`")]
fn a_warning_that_was_announced_has_to_come() {
    let lines = LogLines::start();
    lines.expect("odd");
    tracing::info!("odd, but not loud");
    lines.check();
}

#[test]
fn what_was_announced_is_no_surprise() {
    let lines = LogLines::start();
    lines.expect("odd");
    tracing::warn!(what = 7, "something is odd");
    lines.check();
    assert!(lines.all().contains("what=7"));
}
