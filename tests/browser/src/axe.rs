//! axe, which finds much of what makes a page unusable for some people.

use crate::{Page, environment};
use anyhow::{Context, Result};
use serde_json::Value;

/// WCAG 2.2 to level AA. `target-size` is part of it, yet off unless asked for.
const CHECK: &str = "
    const done = arguments[0];
    axe.run({
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
        rules: { 'target-size': { enabled: true } },
    }).then((found) => done({ found: found.violations }), (error) => done({ error: String(error) }));";

impl Page {
    /// What axe holds against the page as it is now, a line for each element; none is a floor, not a proof.
    pub async fn axe_violations(&self) -> Result<Vec<String>> {
        let axe = std::fs::read_to_string(environment::path("COUNTERPOINT_AXE")?)?;
        self.driver().execute(axe, Vec::new()).await?;
        let answer = self.driver().execute_async(CHECK, Vec::new()).await?;
        let answer = answer.json();
        anyhow::ensure!(answer["error"].is_null(), "axe failed: {}", answer["error"]);
        let rules = answer["found"].as_array().context("axe answers with a list")?;
        Ok(rules.iter().flat_map(told).collect())
    }
}

fn told(rule: &Value) -> Vec<String> {
    let nodes = rule["nodes"].as_array().map_or(&[][..], Vec::as_slice);
    let text = |value: &Value| value.as_str().unwrap_or_default().replace('\n', " ");
    nodes
        .iter()
        .map(|node| {
            format!(
                "{}: {} ({}) at {}: {}",
                text(&rule["id"]),
                text(&rule["help"]),
                text(&rule["impact"]),
                node["target"],
                text(&node["failureSummary"]),
            )
        })
        .collect()
}
