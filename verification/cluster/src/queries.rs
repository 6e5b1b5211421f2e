//! PromQL, as far as one must read it to know which series a query looks at. That it is PromQL at all, promtool says.

/// The series that a query names: all of ours begin with `orders`, and those that somebody selects from or ranges over.
pub fn series(query: &str) -> impl Iterator<Item = &str> {
    words(query)
        .into_iter()
        .filter(|(word, next)| {
            let ours = word.starts_with("orders_") || word.starts_with("orders:") || *word == "up";
            ours || (matches!(next, Some('{' | '[')))
        })
        .map(|(word, _)| word)
}

/// The events that a query chooses, by `event="A"` or `event=~"A|B.*"`.
pub fn events(query: &str) -> impl Iterator<Item = &str> {
    let chosen = ["event=\"", "event=~\""].into_iter().flat_map(|mark| query.split(mark).skip(1));
    chosen.filter_map(|rest| rest.split_once('"')).flat_map(|(names, _)| names.split('|'))
}

/// Names outside strings and selectors, each with the character that follows it.
fn words(query: &str) -> Vec<(&str, Option<char>)> {
    let mut words = Vec::new();
    let (mut rest, mut depth) = (query, 0_usize);
    while let Some(first) = rest.chars().next() {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
        let end = match first {
            '"' => rest[1..].find('"').map_or(rest.len(), |at| at + 2),
            _ if is_name(first) => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        match first {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && (first.is_ascii_alphabetic() || first == '_') => {
                words.push((&rest[..end], rest[end..].chars().find(|c| !c.is_whitespace())));
            }
            _ => {}
        }
        rest = &rest[end..];
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_events_are_found() {
        let query = r#"a{event="X"} / b{service="s", event=~"Y|Z.*"}"#;
        assert_eq!(events(query).collect::<Vec<_>>(), ["X", "Y", "Z.*"]);
    }

    #[test]
    fn series_are_told_from_functions_labels_and_strings() {
        let query = r#"sum by (service) (rate(orders_a_total{event="orders_b{x"}[5m])) / on (service) up{job="c"} > orders:d:rate5m"#;
        assert_eq!(series(query).collect::<Vec<_>>(), ["orders_a_total", "up", "orders:d:rate5m"]);
        assert_eq!(
            series("rate(kafka_lag [5m]) + go_threads{a=\"b\"}").collect::<Vec<_>>(),
            ["kafka_lag", "go_threads"]
        );
    }
}
