//! The load of both examples: events from many tasks at once, each with one leased
//! delivery whose delivered outcome is recorded.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use countersign_store_sqlite::{SqliteStore, StoreOptions};
use pipeline::{
    Next, WebhookId,
    store::{Accept, Dispatch, Expected, Keep, Record, Retain, Slice, Upkeep},
};
use rustix::time::{ClockId, clock_gettime};
use testkit::samples::Samples;

/// What one run took.
#[derive(Debug)]
pub(crate) struct Figures {
    /// Events accepted and delivered a second.
    pub(crate) events_per_s: f64,
    /// Processor time of the whole process per event.
    pub(crate) cpu_us: f64,
    /// Bytes handed to the file system per event, journal and checkpoints included.
    pub(crate) written_bytes: f64,
    /// Bytes of the database per event.
    pub(crate) disk_bytes: f64,
}

/// How much, of what, at once, on which pages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) page_bytes: u32,
    pub(crate) body_bytes: usize,
    pub(crate) events: usize,
    pub(crate) tasks: usize,
    /// Finished events are removed, oldest first, while more bytes than this are in use.
    pub(crate) keep_bytes: Option<u64>,
}

/// Runs the load on an empty store in `folder`.
pub(crate) async fn run(folder: &Path, load: Load) -> anyhow::Result<Figures> {
    let options = StoreOptions { page_bytes: load.page_bytes, ..StoreOptions::new(folder) };
    let store = Arc::new(SqliteStore::open(&options)?);
    let samples = Arc::new(Samples::new(1));
    let webhook = samples.webhook();
    let to = webhook.id;
    store.put_webhook(webhook, Expected::Absent).await?;

    let (begun, cpu_before, written_before) = (Instant::now(), cpu_us(), written()?);
    let running: Vec<_> = (0..load.tasks)
        .map(|_| tokio::spawn(one_task(store.clone(), samples.clone(), to, load)))
        .collect();
    let removing = load
        .keep_bytes
        .map(|keep_bytes| tokio::spawn(remove(store.clone(), samples.clone(), keep_bytes)));
    for task in running {
        task.await??;
    }
    if let Some(removing) = removing {
        removing.abort();
    }
    let (seconds, cpu) = (begun.elapsed().as_secs_f64(), cpu_us() - cpu_before);
    store.close().await?;
    let done = (load.events / load.tasks * load.tasks) as f64;
    let file = folder.join(countersign_store_sqlite::DATABASE_FILE);
    Ok(Figures {
        events_per_s: done / seconds,
        cpu_us: cpu / done,
        written_bytes: (written()? - written_before) / done,
        disk_bytes: std::fs::metadata(file)?.len() as f64 / done,
    })
}

async fn one_task(
    store: Arc<SqliteStore>,
    samples: Arc<Samples>,
    to: WebhookId,
    load: Load,
) -> anyhow::Result<()> {
    for _ in 0..load.events / load.tasks {
        samples.clock.advance_ms(1);
        let mut body = samples.body().to_vec();
        body.resize(load.body_bytes, b' ');
        // In no order, as providers' ids are.
        let id = format!("{:016x}", samples.id::<pipeline::EventId>().low());
        let mut new = samples.received("builds", Some(&id), body);
        let delivery = samples.deliver(&mut new, to, true);
        store.accept(new).await?;
        let record =
            Record { attempt: samples.attempt(delivery, 1, Some(200)), next: Next::Delivered };
        anyhow::ensure!(store.record(record).await?, "the delivery did not move");
    }
    Ok(())
}

/// Slices at the pace at which the server makes them.
async fn remove(
    store: Arc<SqliteStore>,
    samples: Arc<Samples>,
    keep_bytes: u64,
) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let used_bytes = store.extent().await?.used_bytes;
        if used_bytes > keep_bytes {
            let slice = Slice::new(after, samples.now().plus_millis(60_000));
            after = store.remove_finished(slice).await?.next;
        }
        let behind = used_bytes > keep_bytes + keep_bytes / 64;
        let pause = Duration::from_millis(if behind { 2 } else { 20 });
        tokio::time::sleep(pause).await;
    }
}

fn cpu_us() -> f64 {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    spent.tv_sec as f64 * 1e6 + spent.tv_nsec as f64 / 1e3
}

/// Bytes that this process has handed to `write` and its kin, as Linux counts them.
fn written() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/self/io")?;
    let line = text.lines().find_map(|line| line.strip_prefix("wchar: "));
    Ok(line.context("no count of written bytes")?.parse()?)
}
