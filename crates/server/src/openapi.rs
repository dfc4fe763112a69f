//! The OpenAPI document (3.1) of `/v1`, made from the handlers themselves.
//!
//! OAuth endpoints are described by their RFCs and the metadata document (RFC 8414), not here.

use std::collections::BTreeMap;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use countersign_api::{Problem, operation, request::RequestBox};
use http::header;
use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::routes::{call, case, client, clock, contract, delegation, event, key, person, request, session};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Countersign",
        description = "Acting on a customer's account with a reason, a second signature and a record. Ids have a prefix that tells what they name (`req_…`), times are RFC 3339 in UTC with six decimals, refusals are problem details (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "session", description = "Who is signed in here."),
        (name = "case", description = "Cases of the built-in case list: the reason of all access."),
        (name = "clock", description = "The clock of the service."),
        (name = "contract", description = "APIs that access can be asked to, and proposals to change their contracts."),
        (name = "client", description = "Machines that come to the token endpoint."),
        (name = "request", description = "Asking, signing, refusing."),
        (name = "delegation", description = "Acting for a customer."),
        (name = "call", description = "Calls made through the console."),
        (name = "event", description = "The trail."),
        (name = "person", description = "People, their roles and groups."),
        (name = "key", description = "The keys that tokens are signed with."),
    ),
    paths(
        session::me_get,
        session::session_end,
        case::case_list,
        case::case_create,
        case::case_assign,
        case::case_close,
        case::case_reopen,
        clock::clock_get,
        clock::clock_lower,
        contract::contract_list,
        contract::contract_get,
        contract::contract_propose,
        contract::contract_change_list,
        contract::contract_review,
        contract::contract_withdraw,
        client::client_list,
        client::client_create,
        client::client_change,
        client::client_secret_make,
        client::client_secret_drop,
        request::request_preview,
        request::request_create,
        request::request_list,
        request::request_get,
        request::request_review,
        request::request_unsign,
        request::request_withdraw,
        delegation::delegation_start,
        delegation::delegation_reissue,
        delegation::delegation_end,
        delegation::delegation_list,
        delegation::delegation_get,
        delegation::delegation_story,
        call::call_intend,
        call::call_report,
        event::event_list,
        event::event_get,
        event::event_stream,
        person::person_list,
        person::person_invite,
        person::person_change,
        person::person_reinvite,
        key::key_list,
        key::key_rotate,
    ),
    components(schemas(Problem, RequestBox))
)]
struct Document;

/// Refusals that any operation may answer with.
const REFUSALS: [(&str, &str); 7] = [
    ("401", "Not signed in, the proof of the key is not good, or a fresh proof of who one is, is owed."),
    ("403", "The role, policy, or a rule that no policy lifts, says no; the reasons say why."),
    ("404", "No such thing, or not for the caller to see."),
    ("409", "Something else happened meanwhile, or the time is over."),
    ("422", "The input is not acceptable."),
    ("429", "Too many tries."),
    ("503", "Not now; nothing was done."),
];

/// The document.
#[must_use]
pub fn openapi() -> Value {
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    merge(
        &mut document,
        "/components",
        "securitySchemes",
        json!({ "dpop": {
        "type": "http",
        "scheme": "dpop",
        "description": "`Authorization: DPoP csa_…`, an access token that is bound to the caller's key, with a `DPoP` header that proves the key for this very call (RFC 9449 §7, ES256) and carries the newest nonce of a `DPoP-Nonce` header. Without one, or with one that is over, the answer is 401 with `use_dpop_nonce` and the nonce to try again with (RFC 9449 §9).",
    } }),
    );
    merge(&mut document, "/components", "responses", REFUSALS.iter().map(|(status, text)| (refusal_name(status), refusal(text))).collect());
    merge(&mut document, "", "security", json!([{ "dpop": [] }]));
    for op in operation::OPERATIONS {
        let at = format!("/paths/{}/{}", op.path.replace('/', "~1"), op.method.to_ascii_lowercase());
        if let Some(described) = document.pointer_mut(&at) {
            complete(described, op.acts());
        }
    }
    sorted(document)
}

/// Members by name: whether JSON objects keep their order is a feature that any crate of a build may turn on.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.into_iter().map(|(name, member)| (name, sorted(member))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// The document as it is kept in the repository.
#[must_use]
pub fn openapi_text() -> String {
    format!("{:#}\n", openapi())
}

/// `GET /openapi.json`.
pub(crate) async fn served() -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(openapi())).into_response()
}

fn merge(document: &mut Value, at: &str, key: &str, value: Value) {
    if let Some(object) = document.pointer_mut(at).and_then(Value::as_object_mut) {
        object.insert(key.to_owned(), value);
    }
}

fn refusal_name(status: &str) -> String {
    format!("Refused{status}")
}

fn refusal(text: &str) -> Value {
    json!({ "description": text, "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } })
}

/// What all operations have in common and no handler says.
fn complete(operation: &mut Value, acts: bool) {
    if let Some(responses) = operation.pointer_mut("/responses").and_then(Value::as_object_mut) {
        for (status, _) in REFUSALS {
            responses.insert(status.to_owned(), json!({ "$ref": format!("#/components/responses/{}", refusal_name(status)) }));
        }
    }
    if acts && let Some(object) = operation.as_object_mut() {
        let parameters = object.entry("parameters").or_insert_with(|| json!([]));
        if let Some(list) = parameters.as_array_mut() {
            list.push(json!({
                "name": "Idempotency-Key",
                "in": "header",
                "description": "8 to 64 letters, digits, `-` and `_`, such as a UUID. The same act sent again under the same key is done once and gets the first answer.",
                "required": false,
                "schema": { "type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$" },
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_describes_exactly_the_operations() {
        let document = openapi();
        let paths = document["paths"].as_object().unwrap();
        let described: BTreeSet<_> = paths
            .iter()
            .flat_map(|(path, item)| {
                item.as_object().unwrap().iter().map(move |(method, op)| (path.clone(), method.to_uppercase(), op["operationId"].as_str().unwrap().to_owned()))
            })
            .collect();
        let operations: BTreeSet<_> = operation::OPERATIONS.iter().map(|op| (op.path.to_owned(), op.method.to_owned(), op.name.to_owned())).collect();
        assert_eq!(described, operations);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = openapi();
        let mut open = vec![&document];
        while let Some(value) = open.pop() {
            match value {
                Value::Object(members) => {
                    if let Some(to) = members.get("$ref").and_then(Value::as_str) {
                        assert!(document.pointer(to.trim_start_matches('#')).is_some(), "{to}");
                    }
                    open.extend(members.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
    }

    #[test]
    fn the_document_in_the_repository_is_the_one_served() {
        let kept = include_str!("../../../openapi/countersign.json");
        assert!(kept == openapi_text(), "the handlers say something else than openapi/countersign.json; run `make gen` and look at the difference");
    }
}
