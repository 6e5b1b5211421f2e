//! A consumer group: members, generations, who owns which partition, committed positions.

use std::collections::{BTreeMap, BTreeSet};

use ahash::AHashMap;

use crate::{Input, Leases};

/// The identity of one connection: a newer one under the same instance fences it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct MemberId {
    pub(crate) group: String,
    pub(crate) instance: String,
    pub(crate) connection: u64,
}

#[derive(Default)]
pub(crate) struct Group {
    pub(crate) positions: AHashMap<Input, i64>,
    generation: u64,
    members: BTreeMap<String, Member>,
    /// Counts every change of members and of who owns what.
    changes: u64,
}

struct Member {
    connection: u64,
    /// The generation this member learned of when it last asked.
    generation: u64,
    owned: BTreeSet<u16>,
    /// Everything owned was lost since the member last asked.
    lost: BTreeSet<u16>,
    /// The group's changes up to which there was nothing to tell this member.
    told: Option<u64>,
}

impl Group {
    /// A connection joins; one that joins under a known instance takes its leases over at once (static membership).
    pub(crate) fn join(&mut self, instance: &str, connection: u64) {
        self.generation += 1;
        self.changes += 1;
        let generation = self.generation;
        match self.members.get_mut(instance) {
            Some(member) => {
                member.connection = connection;
                member.generation = generation;
                member.told = None;
                // The new process must be told of everything it owns.
                member.lost.append(&mut member.owned);
            }
            None => {
                let (owned, lost, told) = (BTreeSet::new(), BTreeSet::new(), None);
                let member = Member { connection, generation, owned, lost, told };
                self.members.insert(instance.to_owned(), member);
            }
        }
    }

    /// The member's session ran out.
    pub(crate) fn expire(&mut self, instance: &str) {
        if self.members.remove(instance).is_some() {
            self.generation += 1;
            self.changes += 1;
        }
    }

    /// Whether another connection has taken this instance's place.
    pub(crate) fn is_fenced(&self, id: &MemberId) -> bool {
        self.members.get(&id.instance).is_some_and(|member| member.connection > id.connection)
    }

    /// Whether the member knows the newest generation, so that its positions are taken.
    pub(crate) fn is_current(&self, id: &MemberId) -> bool {
        self.members
            .get(&id.instance)
            .is_some_and(|member| member.connection == id.connection && member.generation == self.generation)
    }

    /// The member asks what changed. `held` is what it believes it owns: after an expiry it owns nothing and joins
    /// again. A partition that moves is given up by its owner first, then gained by another (cooperative).
    pub(crate) fn leases(&mut self, id: &MemberId, held: &BTreeSet<u16>, partitions: u16) -> Leases {
        if !self.members.contains_key(&id.instance) {
            self.join(&id.instance, id.connection);
            return Leases { lost: held.iter().copied().collect(), gained: Vec::new() };
        }
        if self.members.get(&id.instance).is_some_and(|member| member.told == Some(self.changes)) {
            return Leases::default();
        }
        let target = self.target(&id.instance, partitions);
        let taken: BTreeSet<u16> = self.owned_by_others(&id.instance);
        let generation = self.generation;
        let Some(member) = self.members.get_mut(&id.instance) else { return Leases::default() };
        member.generation = generation;
        let mut lost: BTreeSet<u16> = std::mem::take(&mut member.lost).intersection(held).copied().collect();
        lost.extend(member.owned.difference(&target).copied());
        member.owned = member.owned.intersection(&target).copied().collect();
        let gained: BTreeSet<u16> =
            target.difference(&taken).copied().filter(|p| !member.owned.contains(p)).collect();
        member.owned.extend(&gained);
        if lost.is_empty() && gained.is_empty() {
            member.told = Some(self.changes);
        } else {
            self.changes += 1;
        }
        Leases { lost: lost.into_iter().collect(), gained: gained.into_iter().collect() }
    }

    fn owned_by_others(&self, instance: &str) -> BTreeSet<u16> {
        let others = self.members.iter().filter(|(name, _)| *name != instance);
        others.flat_map(|(_, member)| member.owned.iter().copied()).collect()
    }

    /// Who should own what: sticky, as even as can be.
    fn target(&self, instance: &str, partitions: u16) -> BTreeSet<u16> {
        let count = self.members.len().max(1);
        let (share, extra) = (usize::from(partitions) / count, usize::from(partitions) % count);
        let mut free: BTreeSet<u16> = (0..partitions).collect();
        let mut targets: BTreeMap<&str, BTreeSet<u16>> = BTreeMap::new();
        for (rank, (name, member)) in self.members.iter().enumerate() {
            let quota = share + usize::from(rank < extra);
            let keeps: BTreeSet<u16> =
                member.owned.iter().copied().filter(|p| free.contains(p)).take(quota).collect();
            free.retain(|p| !keeps.contains(p));
            targets.insert(name, keeps);
        }
        for (rank, name) in self.members.keys().enumerate() {
            let quota = share + usize::from(rank < extra);
            let Some(of) = targets.get_mut(name.as_str()) else { continue };
            while of.len() < quota {
                let Some(next) = free.pop_first() else { break };
                of.insert(next);
            }
        }
        targets.remove(instance).unwrap_or_default()
    }
}
