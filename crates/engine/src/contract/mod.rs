//! APIs: their contracts, and how those change: by the operator's file, or by one admin's proposal that somebody else agrees to.

mod difference;
mod metadata;
mod propose;
mod review;

use countersign_api::contract::{ContractDetail, ContractVersion, ContractView};
use countersign_domain::{
    ApiId, TenantId, Timestamp,
    contract::{Contract, ContractError},
};
use countersign_store::{ApiChange, ApiRow, Lock, Tx};
use countersign_trail::{Actor, Event, Kind};
use url::{Host, Url};

use crate::{Call, Engine, Refusal};

impl Engine {
    /// The APIs that access can be asked to, by name.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn contract_list(&self, call: &Call) -> Result<Vec<ContractView>, Refusal> {
        self.admit(call, "contract_list").await?;
        let tenant = call.tenant;
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let apis = tx.apis(tenant).await?;
                    Ok(apis.into_iter().map(view).collect())
                })
            })
            .await
    }

    /// One API with the history of its contract.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn contract_get(&self, call: &Call, id: ApiId) -> Result<ContractDetail, Refusal> {
        self.admit(call, "contract_get").await?;
        let tenant = call.tenant;
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let api = tx.api(tenant, id, Lock::None).await?.ok_or_else(|| Refusal::not_found("API"))?;
                    let versions = tx.api_versions(tenant, id).await?.into_iter().map(|(version, at)| ContractVersion { version, at }).collect();
                    Ok(ContractDetail { contract: api.contract.clone(), view: view(api), versions })
                })
            })
            .await
    }

    /// Registers a contract; one that differs from what stands is a new version, with a line of its own.
    ///
    /// # Errors
    /// `invalid_input`, if the contract is not one.
    pub async fn contract_register(&self, tenant: TenantId, contract: Contract) -> Result<(), Refusal> {
        check_contract(&contract, self.settings().embedded).map_err(|e| Refusal::invalid(e.to_string()))?;
        self.keys().ensure(contract.alg).await?;
        let engine = self.clone();
        let correlation = self.correlation();
        self.store()
            .write(move |tx| {
                Box::pin(async move {
                    let mut line = engine.line(Kind::ContractRegister, engine.now(), tenant, Actor::Service, correlation);
                    if register(&engine, tx, &mut line, tenant, &contract, true).await?.changed {
                        engine.append(tx, &line).await?;
                    }
                    Ok::<_, Refusal>(())
                })
            })
            .await?;
        self.wake_sequencer();
        Ok(())
    }
}

/// Whether `contract` can be registered: what it names are addresses, its own one that no token goes to in the clear, and on this computer where
/// the service is embedded and binds nobody.
///
/// # Errors
/// With a sentence that says what to change.
pub fn check_contract(contract: &Contract, embedded: bool) -> Result<(), ContractError> {
    contract.check()?;
    let fail = |what: String| Err(ContractError { key: contract.key.clone(), what });
    // RFC 8707 §2.
    if Url::parse(&contract.audience).map_or(true, |url| url.fragment().is_some()) {
        return fail(format!("`audience` `{}` is no absolute URI without a fragment", contract.audience));
    }
    let Ok(base) = Url::parse(&contract.base_url) else { return fail(format!("`base_url` `{}` is not an address", contract.base_url)) };
    if embedded && !is_loopback(&base) {
        return fail(format!("`base_url` is `{base}`; an embedded service is for APIs on this computer only, use `countersignd` for others"));
    }
    // RFC 6750 §5.3.
    if is_private(&base) {
        return Ok(());
    }
    fail(format!("`base_url` is `{base}`; write an address that begins with `https://`, or one on this computer"))
}

/// Whether nobody between reads or changes what is sent there.
#[must_use]
pub fn is_private(url: &Url) -> bool {
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    plain && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
}

/// Whether `url` names this computer and nothing else (RFC 8252 §8.3).
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Makes a contract the one that stands, and tells the line of it.
async fn register(engine: &Engine, tx: &mut Tx, line: &mut Event, tenant: TenantId, contract: &Contract, by_file: bool) -> Result<ApiChange, Refusal> {
    let now: Timestamp = line.at;
    let change = tx.api_upsert(tenant, ApiId::new(now, engine.entropy()), contract, by_file, now).await?;
    line.api = Some(change.id);
    line.figures.insert("version".into(), change.version);
    Ok(change)
}

fn view(api: ApiRow) -> ContractView {
    let ApiRow { id, version, contract, by_file, .. } = api;
    ContractView {
        id,
        key: contract.key,
        name: contract.name,
        audience: contract.audience,
        base_url: contract.base_url,
        version,
        actions: contract.actions,
        endpoints: contract.endpoints,
        modes: contract.modes,
        max_minutes: contract.max_minutes,
        token_ttl_s: contract.token_ttl_s,
        bound: contract.bound,
        format: contract.format,
        alg: contract.alg,
        subject: contract.subject,
        client: contract.client,
        introspection_clients: contract.introspection_clients,
        by_file,
    }
}
