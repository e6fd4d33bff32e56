//! Which scope an inbound event has: what its verified body names, under the source's ceiling.

use pipeline::Scope;
use serde::Deserialize;

/// The places in which the bodies of Bitbucket Cloud and GitHub, Bitbucket Data Center, and GitLab
/// name a repository.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    repository: Option<Repository<'a>>,
    #[serde(borrow, default)]
    project: Option<Project<'a>>,
}

#[derive(Deserialize)]
struct Repository<'a> {
    #[serde(borrow, default)]
    full_name: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    slug: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    project: Option<Project<'a>>,
}

#[derive(Deserialize)]
struct Project<'a> {
    #[serde(borrow, default)]
    key: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, default)]
    path_with_namespace: Option<std::borrow::Cow<'a, str>>,
}

/// The scope of an event, and whether its body names a repository outside of the ceiling.
///
/// A body that is not JSON, names no repository, or one that is no scope, has the ceiling.
pub(super) fn of_body(body: &[u8], ceiling: &Scope) -> (Scope, bool) {
    match named(body) {
        Some(scope) if ceiling.contains(&scope) => (scope, false),
        Some(_) => (ceiling.clone(), true),
        None => (ceiling.clone(), false),
    }
}

fn named(body: &[u8]) -> Option<Scope> {
    let body: Body<'_> = serde_json::from_slice(body).ok()?;
    let path = match (body.repository, body.project) {
        (Some(Repository { full_name: Some(full_name), .. }), _) => full_name.into_owned(),
        (Some(Repository { slug: Some(slug), project: Some(project), .. }), _) => {
            format!("{}/{slug}", project.key?)
        }
        (_, Some(project)) => project.path_with_namespace?.into_owned(),
        _ => return None,
    };
    Scope::parse(&path).ok().filter(|scope| *scope != Scope::whole())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(body: &str, ceiling: &str) -> (String, bool) {
        let (scope, outside) = of_body(body.as_bytes(), &ceiling.parse().unwrap());
        (scope.to_string(), outside)
    }

    #[test]
    fn each_product_names_its_repository() {
        let cloud = r#"{"push":{},"repository":{"full_name":"acme/api","project":{"key":"P"}}}"#;
        assert_eq!(scope(cloud, ""), ("acme/api".into(), false));
        let data_center = r#"{"repository":{"slug":"api","project":{"key":"ACME"}}}"#;
        assert_eq!(scope(data_center, "acme"), ("ACME/api".into(), false));
        let gitlab = r#"{"project":{"path_with_namespace":"acme/team/api"}}"#;
        assert_eq!(scope(gitlab, ""), ("acme/team/api".into(), false));
    }

    #[test]
    fn outside_of_the_ceiling_the_ceiling_counts_and_it_is_marked() {
        let body = r#"{"repository":{"full_name":"other/api"}}"#;
        assert_eq!(scope(body, "acme"), ("acme".into(), true));
    }

    #[test]
    fn without_a_usable_name_the_ceiling_counts() {
        for body in [
            "",
            "not json",
            "[]",
            r#"{"repository":7}"#,
            r#"{"repository":{"full_name":"../etc"}}"#,
            r#"{"repository":{"slug":"api"}}"#,
            r#"{"repository":{"full_name":""}}"#,
        ] {
            assert_eq!(scope(body, "acme"), ("acme".into(), false), "{body}");
        }
    }
}
