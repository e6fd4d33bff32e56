//! Events a second that the store accepts and records as delivered, without retention and while it
//! removes as many as come.
//!
//! `cargo run --release -p countersign-store-sqlite --example retention [EVENTS [KEEP_MIB]]`

#[path = "load/run.rs"]
mod load;

const BODY_BYTES: usize = 2_048;
const TASKS: usize = 256;
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let events = arguments.next().unwrap_or(Ok(60_000))?;
    let keep_bytes = arguments.next().unwrap_or(Ok(32))? << 20;
    println!("{events} events of {BODY_BYTES} bytes, one delivery each, {TASKS} tasks");
    println!("| kept | events/s | CPU per event | written per event | disk |");
    println!("|---|---|---|---|---|");
    for _ in 0..ROUNDS {
        for keep_bytes in [None, Some(keep_bytes)] {
            let folder = tempfile::tempdir()?;
            let load = load::Load {
                page_bytes: countersign_store_sqlite::PAGE_BYTES,
                body_bytes: BODY_BYTES,
                events: usize::try_from(events)?,
                tasks: TASKS,
                keep_bytes,
            };
            let figures = load::run(folder.path(), load).await?;
            let kept = keep_bytes.map_or("all".to_owned(), |bytes| format!("{} MiB", bytes >> 20));
            println!(
                "| {kept} | {:.0} | {:.1} µs | {:.0} bytes | {:.0} MiB |",
                figures.events_per_s,
                figures.cpu_us,
                figures.written_bytes,
                figures.disk_bytes * events as f64 / f64::from(1 << 20)
            );
        }
    }
    Ok(())
}
