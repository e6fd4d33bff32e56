//! Answers 200 to every request after reading its body: what HTTP alone costs.

#[path = "bench/listen.rs"]
mod listen;

use anyhow::Result;
use hyper::StatusCode;

#[tokio::main]
async fn main() -> Result<()> {
    listen::serve(|request| async {
        listen::read(request.into_body()).await;
        listen::answer(StatusCode::OK, "")
    })
    .await
}
