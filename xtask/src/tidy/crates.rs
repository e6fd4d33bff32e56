//! The crates: that ARCHITECTURE.md shows each, and that their arrows point inwards.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{File, Finding};

/// A crate, the crates of the workspace it may use, and the crates from outside it may not.
struct Arrows {
    name: &'static str,
    may: &'static [&'static str],
    never: &'static [&'static str],
}

const LIBRARY: &str = "countersign";
const AXUM: &str = "countersign-axum";
const TOWER: &str = "countersign-tower";
const PIPELINE: &str = "countersign-pipeline";
const SEALING: &str = "countersign-sealing";
const STORE_SQLITE: &str = "countersign-store-sqlite";
const DELIVER: &str = "countersign-deliver";
const CONSOLE: &str = "countersign-console";
const SERVER: &str = "countersign-server";
const TESTKIT: &str = "countersign-testkit";

const STORAGE: &[&str] = &["rusqlite"];
/// A way in runs on whatever its user runs on, and logs nothing.
const WAY_IN_NEVER: &[&str] = &["tokio", "hyper", "hyper-util", "axum", "rusqlite", "tracing"];

const ALLOWED: [Arrows; 11] = [
    Arrows {
        name: LIBRARY,
        may: &[],
        never: &["tokio", "hyper", "hyper-util", "axum", "rusqlite", "reqwest", "jiff", "tracing"],
    },
    Arrows { name: AXUM, may: &[LIBRARY, TOWER], never: WAY_IN_NEVER },
    Arrows { name: TOWER, may: &[LIBRARY], never: WAY_IN_NEVER },
    Arrows {
        name: PIPELINE,
        may: &[LIBRARY],
        never: &[
            "serde",
            "serde_json",
            "tokio",
            "rusqlite",
            "http",
            "http-body",
            "hyper",
            "hyper-util",
            "axum",
            "reqwest",
        ],
    },
    Arrows { name: SEALING, may: &[LIBRARY], never: STORAGE },
    Arrows { name: STORE_SQLITE, may: &[PIPELINE, LIBRARY], never: &["hyper", "axum"] },
    Arrows { name: DELIVER, may: &[PIPELINE, LIBRARY], never: STORAGE },
    Arrows { name: CONSOLE, may: &[PIPELINE, SEALING, LIBRARY, DELIVER], never: STORAGE },
    Arrows {
        name: SERVER,
        may: &[CONSOLE, DELIVER, STORE_SQLITE, PIPELINE, SEALING, LIBRARY],
        never: STORAGE,
    },
    Arrows { name: TESTKIT, may: &[PIPELINE, SEALING, LIBRARY], never: STORAGE },
    Arrows { name: "xtask", may: &[], never: STORAGE },
];

/// Crates that ARCHITECTURE.md does not mention.
pub(super) fn on_the_map(files: &[File]) -> Vec<Finding> {
    let map = files.iter().find(|file| file.path == "ARCHITECTURE.md");
    let map = map.map_or("", |file| file.text.as_str());
    let folder = |file: &File| {
        let (name, inside) = file.path.strip_prefix("crates/")?.split_once('/')?;
        (inside == "Cargo.toml").then(|| format!("crates/{name}"))
    };
    let folders: BTreeSet<String> = files.iter().filter_map(folder).collect();
    let absent = folders.into_iter().filter(|folder| !mentions(map, folder));
    absent.map(|folder| Finding::new(&folder, 1, "ARCHITECTURE.md does not mention it")).collect()
}

/// Dependencies that the table does not allow. Tests may use the testkit and the embedded store
/// besides, but for those of what is published.
pub(super) fn arrows(metadata: &Value) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let packages = metadata["packages"].as_array().context("no packages in cargo's metadata")?;
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(arrows) = ALLOWED.iter().find(|arrows| arrows.name == name) else {
            findings.push(Finding::new(name, 1, "is not in the table of arrows in tidy"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = dependency["name"].as_str().unwrap_or_default();
            let is_dev = dependency["kind"] == "dev";
            findings.extend(wrong(arrows, &names, to, is_dev).map(|m| Finding::new(name, 1, m)));
        }
    }
    Ok(findings)
}

fn wrong(arrows: &Arrows, workspace: &[&str], to: &str, is_dev: bool) -> Option<String> {
    let inside = workspace.contains(&to);
    let published = [LIBRARY, AXUM, TOWER].contains(&arrows.name);
    let tests_may = is_dev && [TESTKIT, STORE_SQLITE].contains(&to) && !published;
    if inside && !arrows.may.contains(&to) && !tests_may && to != arrows.name {
        return Some(format!("may not use {to}: arrows point inwards"));
    }
    (!is_dev && arrows.never.contains(&to)).then(|| format!("may not use {to}"))
}

fn mentions(map: &str, folder: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    map.match_indices(folder).any(|(at, _)| !map[at + folder.len()..].starts_with(is_name))
}
