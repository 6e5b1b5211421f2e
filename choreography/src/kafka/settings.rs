//! What one worker's clients must be told.

use std::time::Duration;

use events_schema::Topic;

use crate::Metrics;

/// What one worker's clients must be told. [`Settings::new`] has the defaults.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to ask first: `host:port`, several with commas.
    pub brokers: String,
    /// Goes before the names of topics, groups and transactional ids, as in `shop-orders`; empty by default.
    pub prefix: String,
    /// The service's name: its consumer group, without prefix.
    pub group: String,
    /// The service's own topic. Owning a partition of it is the lease on the task of that number.
    pub own: Topic,
    /// Which process of the service this is. It must be the same after a restart and unlike any other's; `0` by
    /// default.
    pub instance: String,
    /// Which worker of the process this is; 0 by default.
    pub worker: u16,
    /// Settings of librdkafka that win over ours: security, mostly.
    pub overrides: Vec<(String, String)>,
    /// How long a process may be silent before its tasks go to others; 10 s by default.
    pub session_timeout: Duration,
    /// How long a transaction may be open before the broker ends it; 10 s by default.
    pub transaction_timeout: Duration,
    /// How long to wait for a broker, at the start and when a producer must be replaced; 30 s by default.
    pub patience: Duration,
    /// How long one call of the client may take before the process is ended; 60 s by default.
    pub call_bound: Duration,
    /// Where the clients' own figures go; nowhere by default.
    pub metrics: Metrics,
}

impl Settings {
    /// The defaults for a service that owns this topic.
    pub fn new(brokers: impl Into<String>, group: impl Into<String>, own: Topic) -> Settings {
        Settings {
            brokers: brokers.into(),
            prefix: String::new(),
            group: group.into(),
            own,
            instance: "0".to_owned(),
            worker: 0,
            overrides: Vec::new(),
            session_timeout: Duration::from_secs(10),
            transaction_timeout: Duration::from_secs(10),
            patience: Duration::from_secs(30),
            call_bound: Duration::from_secs(60),
            metrics: Metrics::unread(),
        }
    }

    /// The consumer group on the broker.
    pub fn group_id(&self) -> String {
        format!("{}{}", self.prefix, self.group)
    }

    /// The worker's name on the broker: `group.instance.id` and `transactional.id`. Two processes under one identity
    /// end the elder.
    pub fn identity(&self) -> String {
        format!("{}-{}-{}", self.group_id(), self.instance, self.worker)
    }

    /// A topic's name on the broker.
    pub fn name_of(&self, topic: Topic) -> String {
        format!("{}{topic}", self.prefix)
    }

    /// Who we are to the broker, as far as the settings say.
    pub fn principal(&self) -> String {
        principal(&self.overrides)
    }
}

/// Who a client with these settings is to the broker: its name, or what it shows.
pub(super) fn principal(properties: &[(String, String)]) -> String {
    let set = |wanted: &str| properties.iter().rev().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let shown = || set("ssl.certificate.location").or_else(|| set("ssl.keystore.location"));
    match (set("sasl.username"), shown()) {
        (Some(name), _) => format!("User:{name}"),
        (None, Some(file)) => format!("whoever the certificate {file} names"),
        (None, None) => "User:ANONYMOUS".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::principal;

    #[test]
    fn a_client_is_who_it_logs_in_as_or_shows_a_certificate_of() {
        let of = |properties: &[(&str, &str)]| {
            let owned = properties.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            principal(&owned.collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), "User:ANONYMOUS");
        let file = ("ssl.certificate.location", "/tls/tls.crt");
        assert_eq!(of(&[file]), "whoever the certificate /tls/tls.crt names");
        assert_eq!(of(&[file, ("sasl.username", "a"), ("sasl.username", "order")]), "User:order");
    }
}
