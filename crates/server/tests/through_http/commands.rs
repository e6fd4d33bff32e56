//! The command line: what scripts hold on to.

use std::{
    fs,
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

use tempfile::TempDir;
use testkit::receivers::{Answer, NobodyListens, Receiver};

use crate::{
    program::{Program, Ran},
    sender::{PUSH, Sender},
};

const DIALECTS: [&str; 6] =
    ["bitbucket-cloud", "bitbucket-data-center", "github", "gitlab", "gitea", "standard-webhooks"];

fn folder_with(secret: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_secret(&folder.path().join("secret"), secret);
    folder
}

fn write_secret(path: &Path, secret: &str) {
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    file.write_all(secret.as_bytes()).unwrap();
}

fn sign(folder: &Path, dialect: &str, body: &[u8]) -> Vec<String> {
    let arguments = [
        "sign",
        "--dialect",
        dialect,
        "--secret-file",
        "secret",
        "--event",
        "repo:push",
        "--request-id",
        "r-1",
    ];
    let out = Program::new(folder).input(body).run(&arguments).succeeded();
    out.lines().map(str::to_owned).collect()
}

fn verify(folder: &Path, dialect: &str, headers: &[String], body: &[u8], further: &[&str]) -> Ran {
    let mut arguments = vec!["verify", "--dialect", dialect, "--secret-file", "secret"];
    for header in headers {
        arguments.extend(["--header", header]);
    }
    arguments.extend(further);
    Program::new(folder).input(body).run(&arguments)
}

#[test]
fn what_is_signed_verifies_in_every_dialect() {
    for dialect in DIALECTS {
        let folder = folder_with(Sender::new(dialect).secret());
        let folder = folder.path();
        let headers = sign(folder, dialect, PUSH);
        assert!(headers.contains(&"X-Event-Key: repo:push".to_owned()), "{headers:?}");
        assert!(verify(folder, dialect, &headers, PUSH, &[]).succeeded().starts_with("genuine"));

        // A token of GitLab's covers nothing of the body.
        let tampered = verify(folder, dialect, &headers, b"tampered", &[]);
        let found = (tampered.code, tampered.out.contains("mismatch"));
        let expected = if dialect == "gitlab" { (0, false) } else { (1, true) };
        assert_eq!(found, expected, "{tampered:?}");
        let unsigned = verify(folder, dialect, &[], PUSH, &["--explain"]);
        assert_eq!((unsigned.code, unsigned.out.contains("signature_missing")), (1, true));
        assert!(unsigned.out.lines().count() > 1, "--explain says more: {}", unsigned.out);
        let no_header = verify(folder, dialect, &["no header".to_owned()], PUSH, &[]);
        no_header.failed(2, &["no header", "Name: value"]);
        verify(folder, dialect, &headers, PUSH, &["--at", "soon"]).failed(2, &["soon"]);
        let arguments =
            ["sign", "--dialect", dialect, "--secret-file", "secret", "--request-id", ""];
        Program::new(folder).run(&arguments).failed(2, &["request id"]);

        write_secret(&folder.join("secret"), Sender::new(dialect).secret());
        assert_eq!(verify(folder, dialect, &headers, PUSH, &[]).code, 1, "{dialect}");
    }
}

#[test]
fn a_generic_hmac_is_described_by_flags() {
    let folder = folder_with(Sender::new("github").secret());
    let folder = folder.path();
    let generic =
        ["--dialect", "generic-hmac", "--secret-file", "secret", "--hmac-header", "X-Sum"];
    let more = ["--hmac-prefix", "v=", "--hmac-encoding", "base64", "--hmac-algorithm", "sha512"];
    let ids = ["--hmac-event-key-header", "X-Topic", "--hmac-request-id-header", "X-Id"];
    let sign = [&["sign"], &generic[..], &more, &ids].concat();
    let out = Program::new(folder).input(PUSH).run(&sign).succeeded();
    let sum = out.lines().find(|line| line.starts_with("X-Sum: v=")).unwrap();
    assert_eq!(sum.len(), "X-Sum: v=".len() + 88);
    assert!(out.contains("X-Topic: repo:push") && out.contains("X-Id: "));
    let verify = [&["verify"], &generic[..], &more, &ids, &["--header", sum]].concat();
    Program::new(folder).input(PUSH).run(&verify).succeeded();
    let other = [&["verify"], &generic[..], &["--header", sum]].concat();
    assert_eq!(Program::new(folder).input(PUSH).run(&other).code, 1);

    let lone = ["sign", "--dialect", "generic-hmac", "--secret-file", "secret"];
    Program::new(folder).run(&lone).failed(2, &["--hmac-header"]);
    let stray = [&["sign", "--dialect", "github"], &generic[2..]].concat();
    Program::new(folder).run(&stray).failed(2, &["generic-hmac only"]);
    let taken =
        ["sign", "--dialect", "generic-hmac", "--secret-file", "s", "--hmac-header", "Host"];
    Program::new(folder).run(&taken).failed(2, &["--hmac-header", "carries something else"]);
}

#[test]
fn a_signed_time_counts_from_at() {
    let folder = folder_with(Sender::new("standard-webhooks").secret());
    let folder = folder.path();
    let arguments = [
        "sign",
        "--dialect",
        "standard-webhooks",
        "--secret-file",
        "secret",
        "--request-id",
        "r-1",
        "--timestamp",
        "1700000000",
    ];
    let out = Program::new(folder).input(PUSH).run(&arguments).succeeded();
    let headers: Vec<_> = out.lines().map(str::to_owned).collect();
    let at = |time: &str| verify(folder, "standard-webhooks", &headers, PUSH, &["--at", time]).code;
    assert_eq!((at("1700000000"), at("2023-11-14T22:18:20Z")), (0, 0));
    assert_eq!((at("1700000301"), at("1699999699")), (1, 1));
    assert_eq!(verify(folder, "standard-webhooks", &headers, PUSH, &[]).code, 1);
}

#[test]
fn a_whole_request_in_a_file_is_verified() {
    let folder = folder_with(Sender::new("bitbucket-cloud").secret());
    let folder = folder.path();
    let headers = sign(folder, "bitbucket-cloud", PUSH).join("\r\n");
    let mut raw = format!("POST /in/x HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n").into_bytes();
    raw.extend_from_slice(PUSH);
    fs::write(folder.join("request"), &raw).unwrap();
    let request = ["--request", "request"];
    verify(folder, "bitbucket-cloud", &[], b"", &request).succeeded();
    raw.push(b'\n');
    fs::write(folder.join("request"), &raw).unwrap();
    assert_eq!(verify(folder, "bitbucket-cloud", &[], b"", &request).code, 1);
    fs::write(folder.join("request"), "no request").unwrap();
    verify(folder, "bitbucket-cloud", &[], b"", &request).failed(2, &["no request line"]);
    verify(folder, "bitbucket-cloud", &[], b"", &["--request", "."]).failed(2, &["is a folder"]);
    let missing = verify(folder, "bitbucket-cloud", &[], b"", &["--request", "none"]);
    missing.failed(2, &["none"]);
}

#[test]
fn a_capture_that_was_cut_off_is_said_so() {
    let folder = folder_with(Sender::new("bitbucket-cloud").secret());
    let folder = folder.path();
    let headers = sign(folder, "bitbucket-cloud", PUSH).join("\r\n");
    for (missing, code) in [(0, 0), (1, 1)] {
        let length = PUSH.len();
        let head = format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n{headers}\r\n\r\n");
        let here = length - missing;
        fs::write(folder.join("request"), [head.as_bytes(), &PUSH[..here]].concat()).unwrap();
        let ran = verify(folder, "bitbucket-cloud", &[], b"", &["--request", "request"]);
        let note = format!("note: the file has {here} of {length} bytes of the body: ");
        assert_eq!((ran.code, ran.err.contains(&note)), (code, missing > 0), "{ran:?}");
    }
}

#[test]
fn several_secrets_can_be_active() {
    let folder = folder_with(Sender::new("bitbucket-cloud").secret());
    let headers = sign(folder.path(), "bitbucket-cloud", PUSH);
    write_secret(&folder.path().join("other"), Sender::new("bitbucket-cloud").secret());
    let both = ["--secret-file", "other"];
    let out = verify(folder.path(), "bitbucket-cloud", &headers, PUSH, &both).succeeded();
    assert_eq!(out, "genuine: signed with secret\n");
}

#[test]
fn a_final_line_ending_of_a_secret_file_is_no_part_of_it() {
    let sender = Sender::new("bitbucket-cloud");
    let folder = folder_with(sender.secret());
    let headers = sign(folder.path(), "bitbucket-cloud", PUSH);
    write_secret(&folder.path().join("secret"), &format!("{}\r\n", sender.secret()));
    let ran = verify(folder.path(), "bitbucket-cloud", &headers, PUSH, &[]);
    assert!(ran.err.contains("final line ending"), "{ran:?}");
    ran.succeeded();
}

#[test]
fn generated_secrets_are_long_and_differ() {
    let folder = tempfile::tempdir().unwrap();
    for (dialect, length) in [
        ("bitbucket-cloud", 43),
        ("bitbucket-data-center", 43),
        ("standard-webhooks", "whsec_".len() + 44),
    ] {
        let generate = || {
            let arguments = ["secret", "generate", "--dialect", dialect];
            Program::new(folder.path()).run(&arguments).succeeded()
        };
        let (one, two) = (generate(), generate());
        assert_ne!(one, two);
        assert_eq!(one.trim_end().len(), length, "{dialect}");
        assert_eq!(one.len(), length + 1, "one line");
        write_secret(&folder.path().join("secret"), &one);
        let headers = sign(folder.path(), dialect, PUSH);
        verify(folder.path(), dialect, &headers, PUSH, &[]).succeeded();
    }
}

async fn send(folder: &Path, url: String) -> Ran {
    let program = Program::new(folder).input(PUSH);
    let sent = tokio::task::spawn_blocking(move || {
        program.run(&[
            "send",
            "--url",
            &url,
            "--dialect",
            "bitbucket-cloud",
            "--secret-file",
            "secret",
            "--event",
            "repo:push",
            "--timeout",
            "5",
        ])
    });
    sent.await.unwrap()
}

#[tokio::test]
async fn one_request_is_sent_and_its_answer_shown() {
    let sender = Sender::new("bitbucket-cloud");
    let folder = folder_with(sender.secret());
    let answers =
        [Answer::with(201, &[], "made"), Answer::with(418, &[], "teapot"), Answer::close()];
    let mut receiver = Receiver::in_turn(answers).await;
    let ran = send(folder.path(), receiver.url("/x?y=z")).await;
    assert!(ran.out.starts_with("201 in ") && ran.out.contains("made"), "{ran:?}");
    ran.succeeded();
    let arrived = receiver.next().await;
    assert!(sender.verifies(&arrived));
    assert_eq!((arrived.target.as_str(), &arrived.body[..]), ("/x?y=z", PUSH));
    assert_eq!(arrived.header("X-Event-Key"), Some("repo:push"));
    let ran = send(folder.path(), receiver.url("/")).await;
    assert_eq!((ran.code, ran.out.starts_with("418 in ")), (1, true), "{ran:?}");
    let ran = send(folder.path(), receiver.url("/")).await;
    assert_eq!((ran.code, ran.out.starts_with("protocol")), (1, true), "{ran:?}");
    let ran = send(folder.path(), NobodyListens::start().url()).await;
    assert_eq!(ran.code, 1, "{ran:?}");
}

#[test]
fn what_cannot_be_sent_is_wrong_usage() {
    let folder = folder_with(Sender::new("github").secret());
    let send = |further: &[&str]| {
        let arguments = ["send", "--dialect", "github", "--event", "push"];
        Program::new(folder.path()).input(PUSH).run(&[&arguments[..], further].concat())
    };
    let (here, secret) = (["--url", "http://127.0.0.1:9/"], ["--secret-file", "secret"]);
    for url in ["ftp://127.0.0.1/", "file:///etc/hosts", "127.0.0.1:8080", "hook"] {
        send(&[&secret[..], &["--url", url]].concat()).failed(2, &["--url", url]);
    }
    let typed = |text| send(&[&here[..], &secret, &["--content-type", text]].concat());
    for text in ["text/plain\r\nX: y", "", " ", "text/\u{fc}"] {
        typed(text).failed(2, &["--content-type", "such as application/json"]);
    }
    let ran = send(&[&here[..], &["--secret-file", "."]].concat());
    ran.failed(2, &["is a folder"]);
    assert!(!ran.err.contains("chmod"), "{ran:?}");
    send(&[&here[..], &secret, &["."]].concat()).failed(2, &["is a folder"]);
}

#[test]
fn the_default_configuration_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let default = program.run(&["config", "default"]).succeeded();
    fs::write(folder.path().join("countersign.toml"), default).unwrap();
    let out = program.run(&["config", "check"]).succeeded();
    assert!(out.starts_with("good: public on 127.0.0.1:8490"), "{out}");
    let files = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files, 1, "checking makes nothing");
}

#[test]
fn the_demonstration_shows_all_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let ran = Program::new(folder.path()).variable("TMPDIR", place).run(&["demo", "--once"]);
    let out = ran.succeeded();
    for word in ["delivered", "refused", "duplicate"] {
        assert!(out.contains(word), "no `{word}` in\n{out}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_server_starts_without_configuration_and_ends_at_sigterm() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
    let serving = Program::new(folder.path()).serve(&arguments);
    let announced = serving.announced.clone();
    assert!(announced.contains("public: http://127.0.0.1:"), "{announced}");
    assert!(announced.contains("admin: http://127.0.0.1:"), "{announced}");
    assert!(announced.contains("countersign-data/admin-token"), "{announced}");
    assert_eq!(serving.terminate(), 0);
    let data = folder.path().join("countersign-data");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for name in ["admin-token", "master-key", "countersign.db"] {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
    let variable = "a-token-of-the-environment";
    let program = Program::new(folder.path()).variable("COUNTERSIGN_ADMIN_TOKEN", variable);
    let serving = program.serve(&arguments);
    assert!(serving.announced.contains("token that the environment gives"));
    assert_eq!(serving.terminate(), 0);
}
