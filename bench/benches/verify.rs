//! Verifying with a prepared secret, at 200 B, 2 KiB and 64 KiB: all contenders in one run.

use std::hint::black_box;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign::{Dialect, UnixSeconds};
use countersign_bench::{over_id_time_and_body, over_the_body, request};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const SIZES: [usize; 3] = [200, 2048, 65536];

fn verify(criterion: &mut Criterion) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs();
    let now = UnixSeconds(i64::try_from(now).expect("a time of this era"));
    for (dialect, contenders) in [
        (Dialect::BitbucketCloud, over_the_body(now)),
        (Dialect::StandardWebhooks, over_id_time_and_body(now)),
    ] {
        let mut group = criterion.benchmark_group(dialect.as_str());
        for bytes in SIZES {
            let request = request(&dialect, bytes, now);
            group.throughput(Throughput::Bytes(bytes as u64));
            for (name, check) in &contenders {
                assert!(check(&request), "{name} refuses a genuine request");
                let id = BenchmarkId::new(*name, bytes);
                group.bench_function(id, |bencher| bencher.iter(|| check(black_box(&request))));
            }
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    // A round is short and repeated: what else the machine does changes slowly.
    config = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .sample_size(30);
    targets = verify
}
criterion_main!(benches);
