//! What is wrong is said with its cause and its remedy, by the exit code of the contract, and
//! nothing is lost by it.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use tempfile::TempDir;

use crate::{
    program::{Program, Ran},
    scene::Scene,
    sender::Sender,
};

const FREE: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];

fn folder(configuration: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("countersign.toml"), configuration).unwrap();
    folder
}

fn serve(folder: &Path) -> Ran {
    Program::new(folder).run(&FREE)
}

/// A scene whose store holds a source and an event, stopped.
async fn used() -> (Scene, Sender) {
    let mut scene = Scene::start().await;
    let sender = scene.source("bitbucket", "bitbucket-cloud").await;
    scene.accepted("bitbucket", &sender.push("before")).await;
    scene.stop().await;
    (scene, sender)
}

/// Starts the server where nothing is wrong any more: everything is still there.
async fn nothing_lost((mut scene, sender): (Scene, Sender)) {
    scene.boot().await;
    assert_eq!(scene.list("/api/v1/events").await[0]["request_id"], "before");
    scene.accepted("bitbucket", &sender.push("after")).await;
    scene.end().await;
}

#[test]
fn unknown_keys_are_named_with_the_nearest_one() {
    let wrong = folder("[server]\nlisten_on = '127.0.0.1:0'\n[retention]\ndays = 1\n");
    for command in [&["serve"][..], &["config", "check"]] {
        let ran = Program::new(wrong.path()).run(command);
        ran.failed(
            2,
            &["`server.listen_on`", "countersign.toml", "`server.listen`", "`retention`"],
        );
    }
    assert!(!wrong.path().join("countersign-data").exists(), "nothing was begun");
    let empty = folder("");
    let misspelt = Program::new(empty.path()).variable("COUNTERSIGN_STORE__RESERVE_BYTE", "0");
    let nearest = "COUNTERSIGN_STORE__RESERVE_BYTES";
    misspelt.run(&["config", "check"]).failed(2, &["COUNTERSIGN_STORE__RESERVE_BYTE`", nearest]);
}

#[test]
fn a_configuration_that_cannot_be_read_is_named() {
    let empty = folder("");
    let program = Program::new(empty.path());
    program.run(&["serve", "--config", "none.toml"]).failed(2, &["none.toml", "not found"]);
    fs::write(empty.path().join("bad.toml"), "[server\nlisten = 1\n").unwrap();
    program.run(&["serve", "--config", "bad.toml"]).failed(2, &["bad.toml", "line 1"]);
    program.run(&["serve", "--listen", "nowhere"]).failed(2, &["`server.listen`", "nowhere"]);
}

#[test]
fn secret_files_are_named_with_the_remedy() {
    let source = "[[source]]\nname = 'a'\ndialect = 'bitbucket-cloud'\nsecret_file = 'a.secret'\n";
    let wrong = folder(source);
    let secret = wrong.path().join("a.secret");
    let sign = ["sign", "--dialect", "bitbucket-cloud", "--secret-file", "a.secret"];
    let verify = ["verify", "--dialect", "bitbucket-cloud", "--secret-file", "a.secret"];
    let runs: [&[&str]; 4] = [&FREE, &["config", "check"], &sign, &verify];
    let all = |parts: &[&str]| {
        for command in runs {
            let ran = Program::new(wrong.path()).run(command);
            ran.failed(2, parts);
            assert!(!ran.err.contains("0123456789abcdef"), "{}", ran.err);
        }
    };
    all(&["a.secret", "not found"]);
    fs::write(&secret, "0123456789abcdef").unwrap();
    fs::set_permissions(&secret, Permissions::from_mode(0o644)).unwrap();
    all(&["a.secret", "644", "chmod 600"]);
    fs::set_permissions(&secret, Permissions::from_mode(0o600)).unwrap();
    fs::write(&secret, "").unwrap();
    all(&["a.secret", "empty"]);
    fs::write(&secret, "0123456789abcdef").unwrap();
    Program::new(wrong.path()).run(&["config", "check"]).succeeded();
}

#[test]
fn what_is_declared_wrongly_is_named() {
    for (declared, parts) in [
        ("[[source]]\nname = 'a'\ndialect = 'bitbucket'\n", ["[[source]] `a`", "dialect"]),
        ("[[source]]\nname = 'a'\ndialect = 'bitbucket-cloud'\n", ["[[source]] `a`", "secret"]),
        ("[[webhook]]\nkey = 'a'\n", ["[[webhook]] `a`", "url"]),
        (
            "[[webhook]]\nkey = 'a'\nurl = 'https://ci.example/'\nevent = ['*']\n",
            ["[[webhook]] `a`", "events"],
        ),
        (
            "[[webhook]]\nkey = 'a'\nurl = 'http://127.0.0.1/'\n",
            ["[[webhook]] `a`", "allow_private"],
        ),
    ] {
        let wrong = folder(declared);
        Program::new(wrong.path()).run(&["config", "check"]).failed(2, &parts);
        serve(wrong.path()).failed(2, &parts);
    }
}

#[test]
fn wrong_usage_is_2() {
    let empty = folder("");
    let program = Program::new(empty.path());
    for arguments in [
        &["nothing"][..],
        &[],
        &["serve", "--listenn", "x"],
        &["sign", "--dialect", "bitbucket-cloud"],
        &["sign", "--dialect", "unheard-of", "--secret-file", "x"],
        &["verify", "--dialect", "bitbucket-cloud"],
    ] {
        let ran = program.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("Usage") || ran.err.contains("error:"), "{ran:?}");
    }
}

#[test]
fn a_missing_folder_or_a_file_in_its_place_is_named() {
    let empty = folder("");
    let with = |data: &str| {
        let arguments: Vec<_> = FREE.into_iter().chain(["--data", data]).collect();
        Program::new(empty.path()).run(&arguments)
    };
    with("none/data").failed(1, &["none does not exist", "create it"]);
    with("countersign.toml")
        .failed(1, &["countersign.toml is not a folder", "another data folder"]);
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let used = used().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (flag, setting) in [("--listen", "server.listen"), ("--admin", "server.admin")] {
        let ran = Program::new(&used.0.path("")).run(&["serve", flag, &address]);
        ran.failed(1, &[&address, setting, "another program listens there"]);
    }
    nothing_lost(used).await;
}

#[tokio::test]
async fn a_data_folder_in_use_is_named() {
    let scene = Scene::start().await;
    let sender = scene.source("bitbucket", "bitbucket-cloud").await;
    serve(&scene.path("")).failed(1, &["in use by another process", "another data folder"]);
    scene.accepted("bitbucket", &sender.push("1")).await;
    scene.end().await;
}

#[tokio::test]
async fn a_damaged_database_is_named_and_left_as_it_is() {
    let used = used().await;
    let file = used.0.path("data/countersign.db");
    let good = fs::read(&file).unwrap();
    let mut damaged = good.clone();
    damaged[100..400].fill(0xa5);
    for (bytes, parts) in [
        (
            b"no database, whatever its name says, but long enough to be one".to_vec(),
            "not a database",
        ),
        (damaged, "damaged"),
    ] {
        fs::write(&file, &bytes).unwrap();
        serve(&used.0.path("")).failed(1, &["countersign.db", parts, "move it away"]);
        assert!(fs::read(&file).unwrap() == bytes, "it is not touched");
    }
    fs::write(&file, good).unwrap();
    nothing_lost(used).await;
}

#[tokio::test]
async fn a_newer_database_is_named_and_left_as_it_is() {
    let used = used().await;
    let version = |number: Option<u32>| {
        let database = rusqlite::Connection::open(used.0.path("data/countersign.db")).unwrap();
        if let Some(number) = number {
            database.pragma_update(None, "user_version", number).unwrap();
        }
        database.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0)).unwrap()
    };
    let ours = version(None);
    version(Some(ours + 1));
    let found = format!("format {}", ours + 1);
    serve(&used.0.path("")).failed(1, &[&found, "newer", "run the release that wrote it"]);
    assert_eq!(version(Some(ours)), ours);
    nothing_lost(used).await;
}

#[tokio::test]
async fn a_missing_master_key_is_named_and_no_other_is_made() {
    let used = used().await;
    let (key, aside) = (used.0.path("data/master-key"), used.0.path("aside"));
    fs::rename(&key, &aside).unwrap();
    serve(&used.0.path("")).failed(1, &["master-key is missing", "put the file back"]);
    assert!(!key.exists());
    fs::rename(&aside, &key).unwrap();
    nothing_lost(used).await;
}

#[tokio::test]
async fn a_missing_admin_token_is_named_and_no_other_is_made() {
    let used = used().await;
    let (token, aside) = (used.0.path("data/admin-token"), used.0.path("aside"));
    fs::rename(&token, &aside).unwrap();
    let remedy = ["admin-token is missing", "COUNTERSIGN_ADMIN_TOKEN_FILE"];
    serve(&used.0.path("")).failed(1, &remedy);
    assert!(!token.exists());
    fs::rename(&aside, &token).unwrap();
    nothing_lost(used).await;
}

#[tokio::test]
async fn another_master_key_is_named() {
    let used = used().await;
    let other = Scene::start().await;
    let key = used.0.path("data/master-key");
    let own = fs::read(&key).unwrap();
    fs::write(&key, fs::read(other.path("data/master-key")).unwrap()).unwrap();
    serve(&used.0.path("")).failed(1, &["is not the one that this store's values are sealed with"]);
    fs::write(&key, "garbage").unwrap();
    let ran = serve(&used.0.path(""));
    ran.failed(1, &["master-key"]);
    assert!(!ran.err.contains("garbage"), "{}", ran.err);
    fs::set_permissions(&key, Permissions::from_mode(0o604)).unwrap();
    serve(&used.0.path("")).failed(1, &["master-key", "chmod 600"]);
    fs::write(&key, own).unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    other.end().await;
    nothing_lost(used).await;
}

#[tokio::test]
async fn a_weak_admin_token_is_refused() {
    let empty = folder("");
    let program = Program::new(empty.path()).variable("COUNTERSIGN_ADMIN_TOKEN", "short");
    let ran = program.run(&FREE);
    ran.failed(1, &["admin token", "16 characters"]);
    assert!(!ran.err.contains("short "), "{}", ran.err);
    // Without it the same folder starts.
    let serving = Program::new(empty.path()).serve(&FREE);
    assert!(serving.announced.contains("admin-token"), "{}", serving.announced);
    assert_eq!(serving.terminate(), 0);
}
