//! `countersign verify`: whether a request is genuine, and if not, why.

use std::{io::Write, path::PathBuf};

use clap::Args;
use countersign::{Dialect, Explainer, Secret, UnixSeconds, Verifier};
use http::HeaderMap;

use super::{Usage, Verdict, dialect::DialectArgs, headers, inputs, sign};

#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    dialect: DialectArgs,
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
    /// With --explain: a file that holds a secret which counts no more; repeat it
    #[arg(long, value_name = "FILE", requires = "explain")]
    expired_secret_file: Vec<PathBuf>,
}

impl Verify {
    pub(super) fn run(self) -> anyhow::Result<Verdict> {
        let dialect = self.dialect.dialect()?;
        let secrets = all(&self.secret_file, &dialect)?;
        let expired = all(&self.expired_secret_file, &dialect)?;
        let at = self.at.as_deref().map(moment).transpose()?.unwrap_or_else(sign::now);
        let (headers, received) = self.input()?;
        let body = headers::plain(&headers, received.clone())?;
        let mut out = std::io::stdout().lock();
        let verifier = Verifier::new(dialect.clone(), &secrets)?;
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
                    let mut explainer = Explainer::new(&dialect, &secrets).with_expired(&expired);
                    if received != body {
                        explainer = explainer.with_encoded_body(&received);
                    }
                    for cause in explainer.explain(&headers, &body, at).causes() {
                        writeln!(out, "{cause}")?;
                    }
                }
                Ok(Verdict::No)
            }
        }
    }

    /// The headers, and the body as it came.
    fn input(&self) -> anyhow::Result<(HeaderMap, Vec<u8>)> {
        if let Some(path) = &self.request {
            let captured = headers::request(&inputs::file(path)?)?;
            if let Some(note) = captured.note {
                eprintln!("note: {note}");
            }
            return Ok((captured.headers, captured.body));
        }
        let mut map = HeaderMap::new();
        for line in &self.headers {
            headers::add(&mut map, line.as_bytes())?;
        }
        Ok((map, inputs::body()?))
    }
}

fn all(paths: &[PathBuf], dialect: &Dialect) -> anyhow::Result<Vec<Secret>> {
    paths.iter().map(|path| inputs::secret(path, dialect)).collect()
}

fn moment(text: &str) -> Result<UnixSeconds, Usage> {
    if let Ok(seconds) = text.parse() {
        return Ok(UnixSeconds(seconds));
    }
    let parsed = text.parse::<jiff::Timestamp>();
    let parsed = parsed.map_err(|_| Usage(format!("`{text}` is neither seconds nor a time")));
    Ok(UnixSeconds(parsed?.as_second()))
}
