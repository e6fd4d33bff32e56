//! `countersign verify`: whether a request is genuine, and if not, why.

use std::{io::Write, path::PathBuf};

use bytes::Bytes;
use clap::Args;
use countersign::{Dialect, UnixSeconds, Verifier, explain};
use http::HeaderMap;

use super::{Usage, Verdict, headers, inputs, sign};

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The dialect that the request should be in
    #[arg(long)]
    dialect: Dialect,
    /// A file that holds a secret; repeat it for several active ones
    #[arg(long, value_name = "FILE", required = true)]
    secret_file: Vec<PathBuf>,
    /// A header of the request; repeat it
    #[arg(long = "header", value_name = "NAME: VALUE", conflicts_with = "request")]
    headers: Vec<String>,
    /// The time to check a signed timestamp against, in seconds since 1970 or as in
    /// 2026-03-02T11:42:37Z (default: now)
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// A whole raw HTTP request in a file, in place of standard input and --header
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    /// Say what failed and the likely cause
    #[arg(long)]
    explain: bool,
}

impl Verify {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let mut secrets = Vec::with_capacity(self.secret_file.len());
        for path in &self.secret_file {
            secrets.push(inputs::secret(path, &self.dialect)?);
        }
        let at = self.at.as_deref().map(moment).transpose()?.unwrap_or_else(sign::now);
        let (headers, body) = self.input()?;
        let mut out = std::io::stdout().lock();
        let verifier = Verifier::new(self.dialect.clone(), &secrets)?;
        match verifier.verify(&headers, &body, at) {
            Ok(verified) => {
                writeln!(
                    out,
                    "genuine: signed with {}",
                    self.secret_file[verified.secret].display()
                )?;
                Ok(Verdict::Yes)
            }
            Err(error) => {
                writeln!(out, "not genuine: {error} ({})", error.reason())?;
                if self.explain {
                    write!(out, "{}", explain(&self.dialect, &secrets, &headers, &body, at))?;
                }
                Ok(Verdict::No)
            }
        }
    }

    fn input(&self) -> anyhow::Result<(HeaderMap, Bytes)> {
        let (headers, body) = match &self.request {
            Some(path) => headers::request(&inputs::file(path)?)?,
            None => {
                let mut map = HeaderMap::new();
                for line in &self.headers {
                    headers::add(&mut map, line.as_bytes())?;
                }
                (map, inputs::body()?)
            }
        };
        let body = headers::plain(&headers, body)?;
        Ok((headers, body))
    }
}

fn moment(text: &str) -> Result<UnixSeconds, Usage> {
    if let Ok(seconds) = text.parse() {
        return Ok(UnixSeconds(seconds));
    }
    let parsed = text.parse::<jiff::Timestamp>();
    let parsed = parsed.map_err(|_| Usage(format!("`{text}` is neither seconds nor a time")));
    Ok(UnixSeconds(parsed?.as_second()))
}
