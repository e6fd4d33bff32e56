//! adnanh's `webhook`: a real process on loopback with one hook for each case.
//!
//! A hook's rule is `payload-hmac-sha256` on the dialect's signature header; with several secrets, `or`
//! of one such rule each, which needs `trigger-signature-soft-failures`. A rule that does not hold is
//! answered 403, a wrong signature 500: any answer but 200 is a refusal. No answer is a crash.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::cases::Case;
use super::judge::{Answer, Outcome};
use crate::http::{self, Message};
use crate::process::Process;

const READY_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Starts the server in `folder`, posts every case to its hook, and stops the server.
///
/// # Errors
/// The server did not start, did not read its hooks, or ended before the last case.
pub(super) fn answers(cases: &[Case], folder: &Path) -> Result<Vec<Answer>> {
    let hooks = cases.iter().enumerate().map(|(index, case)| hook(index, case));
    let hooks = hooks.collect::<Result<Vec<Value>>>()?;
    let file = folder.join("hooks.json");
    fs::write(&file, Value::Array(hooks).to_string()).context("writing hooks")?;
    let address: SocketAddr = (Ipv4Addr::LOCALHOST, free_port()?).into();
    let mut command = Command::new("webhook");
    command.args(["-ip", "127.0.0.1", "-port", &address.port().to_string()]);
    command.arg("-verbose").arg("-hooks").arg(&file);
    let mut server = Process::start("webhook", &mut command, &folder.join("webhook.log"))?;
    server.wait_until("connection", READY_LIMIT, || TcpStream::connect(address).ok())?;
    let mut answers = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let outcome = ask(address, index, case).with_context(|| case.name.clone())?;
        answers.push(Answer { dialect: case.dialect.to_owned(), name: case.name.clone(), outcome });
        if let Some(status) = server.ended()? {
            bail!("webhook ended ({status}) at `{}`: {}", case.name, server.log_end());
        }
    }
    server.terminate(STOP_LIMIT)?;
    Ok(answers)
}

fn hook(index: usize, case: &Case) -> Result<Value> {
    let header = case.signature_header().context("a dialect without a header of its own")?;
    let rule = |secret: &Vec<u8>| -> Result<Value> {
        let secret = str::from_utf8(secret).context("a secret that is no text")?;
        let parameter = json!({"source": "header", "name": header});
        let rule = json!({"type": "payload-hmac-sha256", "secret": secret, "parameter": parameter});
        Ok(json!({ "match": rule }))
    };
    let mut rules = case.secrets.iter().map(rule).collect::<Result<Vec<_>>>()?;
    let rule = if rules.len() == 1 { rules.remove(0) } else { json!({ "or": rules }) };
    Ok(json!({
        "id": index.to_string(),
        "execute-command": "/bin/true",
        "trigger-rule": rule,
        "trigger-rule-mismatch-http-response-code": 403,
        "trigger-signature-soft-failures": case.secrets.len() > 1,
    }))
}

fn ask(address: SocketAddr, index: usize, case: &Case) -> Result<Outcome> {
    let mut request = Message::request("POST", &format!("/hooks/{index}"), case.body.clone());
    request.headers.clone_from(&case.headers);
    Ok(match http::exchange(address, &request) {
        Ok(answer) => match answer.status()? {
            200 => Outcome::Accepted,
            404 => bail!("webhook has no such hook; it did not read them"),
            _ => Outcome::Refused,
        },
        Err(_) => Outcome::Crashed("no answer".to_owned()),
    })
}

/// A port that was free a moment ago; `webhook` has to be told one.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0").context("a free port")?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_has_a_rule_for_each_secret() {
        let mut case = Case::sample("github", ("X-A", "b"), None);
        let one = hook(7, &case).unwrap();
        assert_eq!(one["id"], "7");
        assert_eq!(one["trigger-rule"]["match"]["secret"], "secret");
        let parameter = &one["trigger-rule"]["match"]["parameter"];
        assert_eq!(parameter["name"], "X-Hub-Signature-256");
        case.secrets.push(b"other".to_vec());
        let two = hook(7, &case).unwrap();
        assert_eq!(two["trigger-rule"]["or"].as_array().unwrap().len(), 2);
        assert_eq!(two["trigger-signature-soft-failures"], true);
        case.secrets.push(vec![0xff]);
        assert!(hook(7, &case).is_err());
    }

    #[test]
    fn every_answer_but_200_is_a_refusal_and_none_is_a_crash() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            for status in [Some(200), Some(500), None, Some(404)] {
                let (stream, _) = listener.accept().unwrap();
                let mut stream = std::io::BufReader::new(stream);
                http::read_request(&mut stream).unwrap();
                if let Some(status) = status {
                    http::answer(stream.get_mut(), status).unwrap();
                }
            }
        });
        let case = Case::sample("github", ("X-A", "b"), None);
        let ask = || ask(address, 0, &case);
        assert_eq!(ask().unwrap(), Outcome::Accepted);
        assert_eq!(ask().unwrap(), Outcome::Refused);
        assert_eq!(ask().unwrap(), Outcome::Crashed("no answer".to_owned()));
        assert!(ask().is_err());
        server.join().unwrap();
    }
}
