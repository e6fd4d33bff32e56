//! What the page size of the database costs: the table of `docs/decisions/0001-page-size.md`.
//!
//! `cargo run --release -p countersign-store-sqlite --example page_size`

#[path = "load/run.rs"]
mod load;

const TASKS: usize = 256;
const RUNS: usize = 3;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    println!("{TASKS} tasks, median of {RUNS} runs");
    println!("| body | page | events/s | CPU per event | written per event | disk per event |");
    println!("|---|---|---|---|---|---|");
    for (body_bytes, events) in [(2_048, 60_000), (10_000, 20_000)] {
        for page_bytes in [4_096, 8_192, 16_384] {
            let load =
                load::Load { page_bytes, body_bytes, events, tasks: TASKS, keep_bytes: None };
            let mut runs = Vec::new();
            for _ in 0..RUNS {
                let folder = tempfile::tempdir()?;
                runs.push(load::run(folder.path(), load).await?);
            }
            runs.sort_by(|one, other| one.events_per_s.total_cmp(&other.events_per_s));
            let median = &runs[RUNS / 2];
            println!(
                "| {body_bytes} | {} KiB | {:.0} | {:.1} µs | {:.0} bytes | {:.0} bytes |",
                page_bytes / 1_024,
                median.events_per_s,
                median.cpu_us,
                median.written_bytes,
                median.disk_bytes
            );
        }
    }
    Ok(())
}
