//! Laws of passing on that no contracts and no chain break: reach and life only shrink, actors only grow, and every way ends.

use std::{collections::BTreeSet, time::Duration};

use countersign_domain::{
    ApiId, CaseId, CustomerId, DelegationId, PersonId, Rail, RequestId, TenantId, Timestamp, TokenId, TransactionId,
    alg::Algorithm,
    contract::{Action, Contract, Format, Mode, Risk, Subject},
    delegation::Delegation,
    hop::{Contracts, Hop, HopError, MAX_HOPS, scopes_at},
    token::{Basis, MAX_ACTORS, Token},
};
use proptest::prelude::*;

/// APIs, and actions of each: small enough that loops, diamonds and dead ends all come up often.
const APIS: usize = 5;
const ACTIONS: usize = 3;

fn audience(api: usize) -> String {
    format!("https://api.example/{api}")
}

fn scope(action: usize) -> String {
    format!("do:{action}")
}

fn hop((api, action): (usize, usize)) -> Hop {
    Hop { audience: audience(api % APIS), scope: scope(action % ACTIONS) }
}

fn contract(api: usize, calls: &[Vec<(usize, usize)>]) -> Contract {
    let action = |(n, calls): (usize, &Vec<(usize, usize)>)| Action {
        scope: scope(n),
        name: "Do".into(),
        effect: "As its name says.".into(),
        risk: Risk::Low,
        calls: calls.iter().copied().map(hop).filter(|h| h.audience != audience(api)).collect(),
    };
    Contract {
        key: format!("api-{api}"),
        name: "An API".into(),
        audience: audience(api),
        base_url: "http://127.0.0.1:9".into(),
        actions: calls.iter().enumerate().map(action).collect(),
        endpoints: Vec::new(),
        modes: vec![Mode::Delegated],
        max_minutes: 60,
        token_ttl_s: 300,
        bound: false,
        format: Format::Jwt,
        alg: Algorithm::Es256,
        subject: Subject::Unique,
        client: Some(format!("client-{api}")),
        introspection_clients: Vec::new(),
    }
}

prop_compose! {
    /// Contracts that call each other in whatever way.
    fn contracts()(calls in prop::collection::vec(prop::collection::vec(prop::collection::vec((0..APIS, 0..ACTIONS), 0..4), ACTIONS), APIS)) -> Vec<Contract> {
        calls.iter().enumerate().map(|(api, calls)| contract(api, calls)).collect()
    }
}

fn actions() -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set((0..ACTIONS).prop_map(scope), 1..=ACTIONS)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000 + seconds)
}

fn delegation(actions: BTreeSet<String>, hops: BTreeSet<Hop>) -> Delegation {
    let uuid = uuid::Uuid::from_u128(7);
    Delegation {
        id: DelegationId::from_uuid(uuid),
        request: RequestId::from_uuid(uuid),
        tenant: TenantId::from_uuid(uuid),
        agent: PersonId::from_uuid(uuid),
        customer: CustomerId::from_uuid(uuid),
        case: CaseId::from_uuid(uuid),
        api: ApiId::from_uuid(uuid),
        actions,
        hops,
        mode: Mode::Delegated,
        transaction: TransactionId::from_uuid(uuid),
        started_at: at(0),
        ends_at: at(900),
        ended: None,
    }
}

/// A token as the service keeps it.
fn token(
    of: &Delegation,
    parent: Option<&Token>,
    services: Vec<String>,
    audience: String,
    scope: BTreeSet<String>,
    hops: BTreeSet<Hop>,
    now: Timestamp,
) -> Token {
    let ttl = of.token_ttl(300, now);
    let ttl = parent.map_or(ttl, |p| p.child_ttl(ttl, now));
    Token {
        id: TokenId::from_uuid(uuid::Uuid::from_u128(9)),
        tenant: of.tenant,
        basis: Basis::Delegation(of.id),
        parent: parent.map(|p| p.id),
        client: services.first().cloned().unwrap_or_else(|| "console".into()),
        services,
        audience,
        scope,
        hops,
        jkt: None,
        x5t: None,
        hash: None,
        issued_at: now,
        expires_at: now + ttl,
        revoked_at: None,
    }
}

proptest! {
    #[test]
    fn what_is_reached_is_closed_grows_with_what_is_asked_and_never_goes_on_for_ever(all in contracts(), few in actions(), more in actions(), from in 0..APIS) {
        let contracts: Contracts<'_> = all.iter().collect();
        let reached = contracts.follow(&audience(from), &few).expect("every API is there");
        prop_assert!(reached.len() <= APIS * ACTIONS);
        for hop in &reached {
            let further = contracts.follow(&hop.audience, &BTreeSet::from([hop.scope.clone()])).expect("every API is there");
            prop_assert!(further.is_subset(&reached), "{hop:?} leads out of what was signed");
        }
        let both: BTreeSet<String> = few.union(&more).cloned().collect();
        let wider = contracts.follow(&audience(from), &both).expect("every API is there");
        prop_assert!(reached.is_subset(&wider), "who asks for more reaches no less");
        let apart = contracts.follow(&audience(from), &more).expect("every API is there");
        prop_assert_eq!(wider, reached.union(&apart).cloned().collect::<BTreeSet<_>>(), "and nothing that neither part reaches");
    }

    #[test]
    fn a_contract_that_names_what_is_not_there_is_told(all in contracts(), gone in 1..APIS, few in actions()) {
        let left: Contracts<'_> = all.iter().filter(|c| c.audience != audience(gone)).collect();
        let whole: Contracts<'_> = all.iter().collect();
        let needs = whole.follow(&audience(0), &few).expect("every API is there").iter().any(|h| h.audience == audience(gone));
        match left.follow(&audience(0), &few) {
            Err(HopError::UnknownApi { audience: named, .. }) => prop_assert!(needs && named == audience(gone)),
            Err(other) => prop_assert!(false, "{other}"),
            Ok(_) => prop_assert!(!needs),
        }
    }

    #[test]
    fn along_any_chain_reach_and_life_shrink_and_actors_grow(
        all in contracts(),
        signed in actions(),
        steps in prop::collection::vec((0_i64..120, any::<prop::sample::Index>(), actions()), 1..9),
    ) {
        let contracts: Contracts<'_> = all.iter().collect();
        let hops = contracts.follow(&audience(0), &signed).expect("every API is there");
        let of = delegation(signed.clone(), hops.clone());
        let mut now = at(0);
        let mut parent = token(&of, None, Vec::new(), audience(0), signed, hops.clone(), now);
        let mut chain = vec![parent.clone()];
        for (later, choose, asked) in steps {
            now = now + Duration::from_secs(later.unsigned_abs());
            // What the service asks before it mints: a live parent, its own client, no loop, and a target that the parent's actions call themselves.
            if !parent.live(now) {
                break;
            }
            let api = contracts.get(&parent.audience).expect("it is there");
            let client = api.client.clone().expect("it has one");
            let services = match parent.passed_on_by(&client, Some(of.agent)) {
                Ok(services) => services,
                Err(Rail::ActorTwice) => { prop_assert!(parent.services.contains(&client)); break; }
                Err(Rail::ChainTooLong) => { prop_assert_eq!(parent.services.len() + 1, MAX_ACTORS); break; }
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            };
            let called: BTreeSet<Hop> = parent.scope.iter().filter_map(|s| api.action(s)).flat_map(|a| a.calls.clone()).filter(|h| parent.hops.contains(h)).collect();
            if called.is_empty() {
                break;
            }
            let target = called.iter().nth(choose.index(called.len())).expect("one of them").audience.clone();
            let reachable = scopes_at(&called, &target);
            let scope: BTreeSet<String> = if asked.is_subset(&reachable) { asked } else { reachable };
            let further = contracts.follow(&target, &scope).expect("every API is there");
            let within: BTreeSet<Hop> = further.intersection(&parent.hops).cloned().collect();
            let child = token(&of, Some(&parent), services, target.clone(), scope.clone(), within, now);

            prop_assert!(child.expires_at <= parent.expires_at && child.expires_at <= of.ends_at && child.expires_at.since(now) <= Duration::from_mins(5));
            prop_assert!(child.hops.is_subset(&parent.hops) && child.hops.len() <= MAX_HOPS);
            prop_assert!(scope.iter().all(|s| hops.contains(&Hop { audience: target.clone(), scope: s.clone() })), "what was not signed");
            let (before, after) = (parent.actors(Some(of.agent)), child.actors(Some(of.agent)));
            prop_assert_eq!(&after[1..], &before[..], "one actor more, and none lost");
            prop_assert!(after.len() <= MAX_ACTORS && after.iter().collect::<BTreeSet<_>>().len() == after.len(), "nobody twice");
            prop_assert_eq!(after.last(), Some(&of.agent.to_string()), "the person stays first of all");
            chain.push(child.clone());
            parent = child;
        }
        prop_assert!(chain.len() <= MAX_ACTORS);
    }

    #[test]
    fn narrowing_never_widens(signed in actions(), asked in prop::collection::btree_set((0..ACTIONS + 2).prop_map(scope), 0..=ACTIONS + 1)) {
        let of = delegation(signed.clone(), BTreeSet::new());
        match of.narrow(&asked) {
            Ok(granted) => prop_assert!(granted.is_subset(&signed) && !granted.is_empty() && (asked.is_empty() || granted == asked)),
            Err(rail) => prop_assert!(rail == Rail::NotInScope && !asked.is_subset(&signed)),
        }
    }

    #[test]
    fn no_token_outlives_its_delegation_or_its_ceiling(ceiling in 0_u32..1000, minutes in 0_i64..1200, parent in 0_i64..400) {
        let of = delegation(BTreeSet::from([scope(0)]), BTreeSet::new());
        let now = at(minutes);
        let ttl = of.token_ttl(ceiling, now);
        prop_assert!(ttl <= Duration::from_secs(u64::from(ceiling.min(300))) && now + ttl <= of.ends_at.max(now));
        let mut from = token(&of, None, Vec::new(), audience(0), BTreeSet::new(), BTreeSet::new(), at(0));
        from.expires_at = at(parent);
        prop_assert!(now + from.child_ttl(ttl, now) <= from.expires_at.max(now));
    }
}
