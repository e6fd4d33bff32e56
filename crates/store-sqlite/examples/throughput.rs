//! Events a second that the store accepts and records as delivered, and what one costs.
//!
//! `cargo run --release -p countersign-store-sqlite --example throughput [EVENTS [TASKS...]]`

#[path = "load/run.rs"]
mod load;

const BODY_BYTES: usize = 2_048;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse());
    let events = arguments.next().unwrap_or(Ok(100_000))?;
    let mut all_tasks = arguments.collect::<Result<Vec<usize>, _>>()?;
    if all_tasks.is_empty() {
        all_tasks = vec![1, 16, 64, 256, 1_024];
    }
    println!("{events} events of {BODY_BYTES} bytes, one delivery each");
    println!("| tasks | events/s | CPU per event | written per event | disk per event |");
    println!("|---|---|---|---|---|");
    for tasks in all_tasks {
        let folder = tempfile::tempdir()?;
        // One task alone waits for two commits an event.
        let events = if tasks == 1 { events / 10 } else { events };
        let load = load::Load {
            page_bytes: countersign_store_sqlite::PAGE_BYTES,
            body_bytes: BODY_BYTES,
            events,
            tasks,
            keep_bytes: None,
        };
        let figures = load::run(folder.path(), load).await?;
        println!(
            "| {tasks} | {:.0} | {:.1} µs | {:.0} bytes | {:.0} bytes |",
            figures.events_per_s, figures.cpu_us, figures.written_bytes, figures.disk_bytes
        );
    }
    Ok(())
}
