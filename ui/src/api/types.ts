// Generated from crates/api by `make gen`. Do not edit.
export type ApiId = string;
export type CallId = string;
export type CaseId = string;
export type ContractChangeId = string;
export type CorrelationId = string;
export type CustomerId = string;
export type DelegationId = string;
export type EventId = string;
export type PersonId = string;
export type RequestId = string;
export type SecretId = string;
export type SessionId = string;
export type TenantId = string;
export type TokenId = string;
export type TransactionId = string;
export type Timestamp = string;
export type Digest = string;
export type Code = "not_signed_in" | "invalid_proof" | "fresh_proof_required" | "forbidden" | "refused" | "not_found" | "invalid_input" | "conflict" | "lapsed" | "case_not_yours" | "delegation_ended" | "too_many" | "busy" | "unavailable" | "unreachable";
export type CaseState = "open" | "closed";
export type Priority = "low" | "normal" | "high";
export type Algorithm = "ES256" | "EdDSA" | "RS256" | "PS256";
export type AuthMethod = "client_secret_basic" | "client_secret_post" | "private_key_jwt" | "tls_client_auth" | "self_signed_tls_client_auth";
export type CertificateName = { "tls_client_auth_subject_dn": string } | { "tls_client_auth_san_dns": string } | { "tls_client_auth_san_uri": string } | { "tls_client_auth_san_ip": string } | { "tls_client_auth_san_email": string };
export type Hop = { 
/**
 * The API, by the audience of its contract.
 */
audience: string, 
/**
 * The action there: a scope value.
 */
scope: string, };
export type Action = { 
/**
 * The scope value that stands for it (RFC 6749 §3.3), such as `address:write`.
 */
scope: string, 
/**
 * What a person calls it: `Change postal address`.
 */
name: string, 
/**
 * What follows from it, in a sentence.
 */
effect: string, 
/**
 * What may go wrong.
 */
risk: Risk, 
/**
 * What doing it takes at other APIs.
 */
calls?: Array<Hop>, };
export type Endpoint = { 
/**
 * The HTTP method.
 */
method: string, 
/**
 * The path below the API's base address; `{customer}` stands for the customer.
 */
path: string, 
/**
 * The action that it needs.
 */
scope: string, 
/**
 * A body to start from, as JSON text.
 */
example?: string, };
export type Format = "jwt" | "opaque";
export type Subject = "unique" | "qualified";
export type Mode = "delegated" | "impersonation";
export type Risk = "low" | "medium" | "high" | "critical";
export type Contract = { 
/**
 * Short name in addresses and lists, such as `accounts`; unique in the tenant.
 */
key: string, 
/**
 * What people call it.
 */
name: string, 
/**
 * `aud` of its tokens; a URI, unique in the tenant (RFC 8707 §2).
 */
audience: string, 
/**
 * Where it answers.
 */
base_url: string, 
/**
 * What it can be asked to do.
 */
actions: Array<Action>, 
/**
 * How: for the explorer.
 */
endpoints: Array<Endpoint>, 
/**
 * The modes that it takes.
 */
modes: Array<Mode>, 
/**
 * Longest delegation, in minutes.
 */
max_minutes: number, 
/**
 * Longest life of one token, in seconds; never above 300.
 */
token_ttl_s: number, 
/**
 * Whether its tokens must be bound to a key (RFC 9449 §6).
 */
bound: boolean, 
/**
 * What its tokens look like.
 */
format: Format, 
/**
 * With what its JWTs are signed.
 */
alg: Algorithm, 
/**
 * What `sub` is unique in.
 */
subject: Subject, 
/**
 * The API's own client: it alone may exchange a token that the API was called with, for the actions that its own take elsewhere.
 */
client?: string, 
/**
 * The clients that may introspect its tokens (RFC 7662 §2.1), beside its own.
 */
introspection_clients: Array<string>, };
export type EndReason = "agent" | "signed_out" | "time_over" | "case_closed" | "case_reassigned" | "signature_withdrawn" | "role_lost";
export type Role = "agent" | "approver" | "admin" | "auditor";
export type Decision = "sign" | "refuse";
export type KeyState = "next" | "active" | "retired" | "withdrawn";
export type Reason = { 
/**
 * The rule: `rail:…` for those that no policy lifts, else the policy's `@id`.
 */
rule: string, 
/**
 * A sentence for the person.
 */
text: string, };
export type StepUp = { 
/**
 * Authentication contexts that do.
 */
acr_values: string, 
/**
 * Greatest age, in seconds.
 */
max_age: number, };
export type Problem = { 
/**
 * `about:blank` plus nothing: the code says it.
 */
type: string, 
/**
 * In a few words what happened.
 */
title: string, 
/**
 * The HTTP status.
 */
status: number, 
/**
 * What happened, what was not done, what to do.
 */
detail: string, 
/**
 * What a program acts on.
 */
code: Code, 
/**
 * Why, rule by rule; empty if there is no more to say.
 */
reasons: Array<Reason>, 
/**
 * What to quote to an operator.
 */
correlation: CorrelationId, 
/**
 * What a fresh proof must be like (RFC 9470 §3), with [`Code::FreshProofRequired`].
 */
step_up?: StepUp, };
export type Me = { 
/**
 * Who.
 */
id: PersonId, 
/**
 * Their short name.
 */
name: string, 
/**
 * What they may come to do.
 */
roles: Array<Role>, 
/**
 * The groups that they are in.
 */
groups: Array<string>, 
/**
 * Their tenant.
 */
tenant: TenantId, 
/**
 * What it is called.
 */
tenant_name: string, 
/**
 * This sign-in.
 */
session: SessionId, 
/**
 * When they last proved who they are (`auth_time`).
 */
auth_time: Timestamp, 
/**
 * Whether the service runs inside a console, and so binds nobody who controls that login.
 */
embedded: boolean, 
/**
 * Whether this is the sample workspace.
 */
sample: boolean, 
/**
 * The service's issuer.
 */
issuer: string, 
/**
 * The service's version.
 */
version: string, 
/**
 * The policy bundle in force.
 */
policy: string, };
export type PersonRef = { 
/**
 * Who.
 */
id: PersonId, 
/**
 * Their short name; the id again where it was erased.
 */
name: string, };
export type PersonState = "invited" | "active";
export type PersonView = { 
/**
 * Who.
 */
id: PersonId, 
/**
 * Their short name, which they sign in with.
 */
name: string, 
/**
 * What they may come to do.
 */
roles: Array<Role>, 
/**
 * The groups that they are in.
 */
groups: Array<string>, 
/**
 * The customer that they themselves are, as APIs call them (`sub`), if they are one.
 */
customer?: string, 
/**
 * Whether they have set a password yet.
 */
state: PersonState, 
/**
 * Since when.
 */
created_at: Timestamp, };
export type PersonInvite = { 
/**
 * Short name to sign in with: lower-case letters, digits, `.` and `-`, 2 to 40 of them.
 */
name: string, 
/**
 * What they may come to do; at least one.
 */
roles: Array<Role>, 
/**
 * The groups that they are in.
 */
groups: Array<string>, 
/**
 * The customer that they themselves are, as APIs call them (`sub`): they neither act nor sign for that account.
 */
customer?: string, };
export type Invited = { 
/**
 * Who was invited.
 */
person: PersonView, 
/**
 * Where they choose their password. To be handed to that person only.
 */
link: string, 
/**
 * Until when it is good, once.
 */
expires_at: Timestamp, };
export type PersonChange = { 
/**
 * Their roles from now on; none means that they can't sign in.
 */
roles: Array<Role>, 
/**
 * Their groups from now on.
 */
groups: Array<string>, };
export type CustomerRef = { 
/**
 * Our id.
 */
id: CustomerId, 
/**
 * What APIs call them (`sub`), such as `cus_8812`.
 */
subject: string, };
export type CaseRef = { 
/**
 * Our id.
 */
id: CaseId, 
/**
 * What its case system calls it, such as `ZD-4711`.
 */
key: string, 
/**
 * What it is about.
 */
title: string, 
/**
 * Whether it still justifies anything.
 */
state: CaseState, };
export type CaseAccess = { "state": "waiting", 
/**
 * Which.
 */
request: RequestId, 
/**
 * Signatures given.
 */
given: number, 
/**
 * Signatures owed in all.
 */
needed: number, } | { "state": "signed", 
/**
 * Which.
 */
request: RequestId, } | { "state": "live", 
/**
 * Which.
 */
delegation: DelegationId, };
export type CaseView = { 
/**
 * Our id.
 */
id: CaseId, 
/**
 * What its case system calls it, such as `ZD-4711`.
 */
key: string, 
/**
 * What it is about.
 */
title: string, 
/**
 * Whether it still justifies anything.
 */
state: CaseState, 
/**
 * How pressing it is.
 */
priority: Priority, 
/**
 * Whom it is about.
 */
customer: CustomerRef, 
/**
 * Who works on it.
 */
assignee?: PersonRef, 
/**
 * When it was opened.
 */
opened_at: Timestamp, 
/**
 * When it last changed.
 */
changed_at: Timestamp, 
/**
 * The asker's newest request on it that waits, is signed or lives; for its assignee only.
 */
access?: CaseAccess, };
export type CaseCreate = { 
/**
 * What people call it, such as `ZD-4711`: 2 to 40 letters, digits and hyphens; unique.
 */
key: string, 
/**
 * What it is about; at most 200 characters.
 */
title: string, 
/**
 * What APIs call the customer (`sub`); at most 120 characters, no spaces.
 */
customer: string, 
/**
 * How pressing it is.
 */
priority: Priority, 
/**
 * Who works on it; never oneself.
 */
assignee?: PersonId, };
export type CaseAssign = { 
/**
 * Who works on it from now on; never oneself.
 */
assignee?: PersonId, };
export type ClockView = { 
/**
 * What the clock shows.
 */
shown: Timestamp, 
/**
 * The latest instant that was judged by.
 */
mark: Timestamp, 
/**
 * How many seconds the clock stands behind the mark.
 */
behind_s: number, 
/**
 * How many seconds it may stand behind.
 */
tolerance_s: number, 
/**
 * Whether anything is minted now.
 */
mints: boolean, };
export type ClockLower = { 
/**
 * Why the clock had gone wrong, in 10 to 500 characters.
 */
reason: string, };
export type ContractView = { 
/**
 * Its id.
 */
id: ApiId, 
/**
 * Short name.
 */
key: string, 
/**
 * What people call it.
 */
name: string, 
/**
 * `aud` of its tokens.
 */
audience: string, 
/**
 * Where it answers.
 */
base_url: string, 
/**
 * Which version of its contract this is.
 */
version: number, 
/**
 * What it can be asked to do.
 */
actions: Array<Action>, 
/**
 * How: for the explorer.
 */
endpoints: Array<Endpoint>, 
/**
 * The modes that it takes.
 */
modes: Array<Mode>, 
/**
 * Longest delegation, in minutes.
 */
max_minutes: number, 
/**
 * Longest life of one token, in seconds.
 */
token_ttl_s: number, 
/**
 * Whether its tokens are bound to a key (RFC 9449).
 */
bound: boolean, 
/**
 * What its tokens look like.
 */
format: Format, 
/**
 * With what its JWTs are signed.
 */
alg: Algorithm, 
/**
 * What `sub` is unique in.
 */
subject: Subject, 
/**
 * The API's own client, which alone may exchange a token that the API was called with.
 */
client?: string, 
/**
 * The clients that may introspect its tokens, beside its own.
 */
introspection_clients: Array<string>, 
/**
 * Whether the contract stands in a file of whoever runs the service, and is changed there.
 */
by_file: boolean, };
export type ContractVersion = { 
/**
 * Its number.
 */
version: number, 
/**
 * Since when.
 */
at: Timestamp, };
export type ContractDetail = { 
/**
 * The contract that stands, as it is written in a file.
 */
contract: Contract, 
/**
 * It as a list shows it.
 */
view: ContractView, 
/**
 * Its versions, newest first.
 */
versions: Array<ContractVersion>, };
export type HopView = { 
/**
 * `aud` of the tokens there.
 */
audience: string, 
/**
 * What people call that API.
 */
api_name: string, 
/**
 * The action there: a scope value.
 */
scope: string, 
/**
 * What people call it.
 */
name: string, 
/**
 * What may go wrong.
 */
risk: Risk, };
export type ContractPropose = { 
/**
 * The whole contract. Its `key` says which API it is of.
 */
contract: Contract, };
export type ContractChangeState = "waiting" | "accepted" | "refused" | "withdrawn";
export type Difference = { 
/**
 * Where in the contract, such as `max_minutes` or `actions.refund:write.risk`.
 */
field: string, 
/**
 * What stood there, as JSON text.
 */
before?: string, 
/**
 * What would stand there.
 */
after?: string, };
export type ContractChangeView = { 
/**
 * Its id.
 */
id: ContractChangeId, 
/**
 * The version that it would follow; 0 for an API that is new.
 */
base_version: number, 
/**
 * What is proposed.
 */
contract: Contract, 
/**
 * What is different from the version that it would follow.
 */
differences: Array<Difference>, 
/**
 * What a reviewer agrees to.
 */
digest: Digest, 
/**
 * Who proposed it.
 */
proposed_by: PersonRef, 
/**
 * When.
 */
proposed_at: Timestamp, 
/**
 * What became of it.
 */
state: ContractChangeState, 
/**
 * Who brought it there.
 */
decided_by?: PersonRef, 
/**
 * When.
 */
decided_at?: Timestamp, 
/**
 * Whether the person who looks at it may agree to it: somebody else than who proposed it.
 */
reviewable: boolean, };
export type ContractReview = { 
/**
 * Yes or no.
 */
decision: Decision, 
/**
 * What was looked at.
 */
digest: Digest, };
export type SecretView = { 
/**
 * Its id.
 */
id: SecretId, 
/**
 * When it was made.
 */
made_at: Timestamp, };
export type ClientView = { 
/**
 * `client_id`.
 */
id: string, 
/**
 * What people call it.
 */
name: string, 
/**
 * How it proves who it is.
 */
auth: AuthMethod, 
/**
 * Its public keys as a JWK set, as JSON text, if it proves itself with one, or with a certificate of one.
 */
jwks?: string, 
/**
 * What its certificate must say, if an authority's certificate proves it.
 */
certificate?: CertificateName, 
/**
 * Whether every token that it gets is bound to the certificate of its connection.
 */
certificate_bound: boolean, 
/**
 * Whether its assertions may name the token endpoint as audience, because its library can't name the issuer.
 */
endpoint_audience: boolean, 
/**
 * Its secrets, oldest first: two at most.
 */
secrets: Array<SecretView>, 
/**
 * The APIs that it is the client of, by key.
 */
apis: Array<string>, 
/**
 * The APIs whose tokens it may introspect, by key.
 */
introspects: Array<string>, 
/**
 * Since when it may no longer come.
 */
disabled_at?: Timestamp, 
/**
 * When it was registered.
 */
created_at: Timestamp, };
export type ClientCreate = { 
/**
 * `client_id`: 3 to 64 lower-case letters, digits, dots, colons and hyphens, a letter first.
 */
id: string, 
/**
 * What people call it, 1 to 80 characters.
 */
name: string, 
/**
 * How it proves who it is.
 */
auth: AuthMethod, 
/**
 * Its public keys as a JWK set, as JSON text; for `private_key_jwt`, and for `self_signed_tls_client_auth` with its certificates (`x5c`).
 */
jwks?: string, 
/**
 * What its certificate must say; for `tls_client_auth`, and only for that.
 */
certificate?: CertificateName, 
/**
 * Whether every token that it gets is bound to the certificate of its connection.
 */
certificate_bound: boolean, 
/**
 * Whether its assertions may name the token endpoint as audience.
 */
endpoint_audience: boolean, };
export type ClientChange = { 
/**
 * What people call it.
 */
name?: string, 
/**
 * Its public keys from now on.
 */
jwks?: string, 
/**
 * What its certificate must say from now on.
 */
certificate?: CertificateName, 
/**
 * Whether every token that it gets is bound to the certificate of its connection.
 */
certificate_bound?: boolean, 
/**
 * Whether its assertions may name the token endpoint as audience.
 */
endpoint_audience?: boolean, 
/**
 * Whether it may no longer come. What it holds for itself is over at once.
 */
disabled?: boolean, };
export type SecretDrop = { 
/**
 * Which.
 */
secret: SecretId, };
export type RequestCreate = { 
/**
 * The case that justifies it.
 */
case: CaseId, 
/**
 * Where.
 */
api: ApiId, 
/**
 * What: scope values.
 */
actions: Array<string>, 
/**
 * For how long, in minutes from the start.
 */
minutes: number, 
/**
 * Whether the API sees who acts.
 */
mode: Mode, 
/**
 * Why: 20 to 2000 characters, read by those who sign.
 */
reason: string, };
export type Preview = { 
/**
 * What policy says.
 */
verdict: Verdict, 
/**
 * What it takes at other APIs, by risk from high to low.
 */
hops: Array<HopView>, 
/**
 * The claims that the token would carry, and where each comes from; empty if refused.
 */
claims: Array<Claim>, };
export type Verdict = { 
/**
 * Whether it may be asked.
 */
outcome: Outcome, 
/**
 * Why, rule by rule.
 */
reasons: Array<Reason>, 
/**
 * The bundle that said so.
 */
policy: string, 
/**
 * How many different people must sign; zero only if refused.
 */
signatures: number, 
/**
 * The group that they must be in.
 */
group: string, 
/**
 * Greatest age of their proof, in seconds.
 */
proof_max_age_s: number, 
/**
 * Longest time, in minutes.
 */
max_minutes: number, 
/**
 * Who could sign it now, the asker left out; if fewer than needed, it would wait in vain and the form says so.
 */
signers: Array<PersonRef>, };
export type Outcome = "signs" | "refused";
export type Claim = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its value as JSON text; `…` stands where it is made when minted.
 */
value: string, 
/**
 * Where it comes from, in a few words.
 */
origin: string, };
export type RequestState = "waiting" | "signed" | "started" | "refused" | "withdrawn" | "lapsed";
export type RequestView = { 
/**
 * Its id.
 */
id: RequestId, 
/**
 * Who asks, and will act.
 */
asker: PersonRef, 
/**
 * Why.
 */
case: CaseRef, 
/**
 * For whom.
 */
customer: CustomerRef, 
/**
 * Where.
 */
api: ApiId, 
/**
 * What it is called.
 */
api_name: string, 
/**
 * `aud` of its tokens.
 */
audience: string, 
/**
 * The contract's version when it was asked.
 */
contract_version: number, 
/**
 * What, by risk from high to low.
 */
actions: Array<Action>, 
/**
 * What that takes at other APIs, by risk from high to low.
 */
hops: Array<HopView>, 
/**
 * For how long, in minutes from the start.
 */
minutes: number, 
/**
 * Whether the API sees who acts.
 */
mode: Mode, 
/**
 * Why, in the asker's words.
 */
reason: string, 
/**
 * What signers sign.
 */
digest: Digest, 
/**
 * Where it stands.
 */
state: RequestState, 
/**
 * Signatures owed in all.
 */
needed: number, 
/**
 * The group that signers must be in.
 */
group: string, 
/**
 * Greatest age of their proof, in seconds.
 */
proof_max_age_s: number, 
/**
 * Reviews given, oldest first; signatures taken back are left out.
 */
reviews: Array<ReviewView>, 
/**
 * Who could still sign.
 */
may_sign: Array<PersonRef>, 
/**
 * When it was asked.
 */
asked_at: Timestamp, 
/**
 * When it lapses, if nothing happens.
 */
lapses_at: Timestamp, 
/**
 * When it came to where it stands.
 */
changed_at: Timestamp, 
/**
 * What it became.
 */
delegation?: DelegationId, 
/**
 * Why the person who looks at it can't sign it; empty if they can.
 */
not_signable: Array<Reason>, };
export type ReviewView = { 
/**
 * Who.
 */
by: PersonRef, 
/**
 * Yes or no.
 */
decision: Decision, 
/**
 * When.
 */
at: Timestamp, 
/**
 * When they had last proved who they are.
 */
proved_at: Timestamp, 
/**
 * Why not.
 */
reason?: string, };
export type RequestReview = { 
/**
 * Yes or no.
 */
decision: Decision, 
/**
 * What was looked at.
 */
digest: Digest, 
/**
 * Why not; 3 to 2000 characters, needed to refuse, and then read by the asker.
 */
reason?: string, };
export type RequestBox = "mine" | "to_sign" | "reviewed";
export type EndedView = { 
/**
 * When.
 */
at: Timestamp, 
/**
 * Why.
 */
reason: EndReason, 
/**
 * Who ended it, if a person did.
 */
by?: PersonRef, };
export type DelegationView = { 
/**
 * Its id (`dlg`).
 */
id: DelegationId, 
/**
 * What was asked.
 */
request: RequestId, 
/**
 * Who acts.
 */
agent: PersonRef, 
/**
 * For whom.
 */
customer: CustomerRef, 
/**
 * Why.
 */
case: CaseRef, 
/**
 * Where.
 */
api: ApiId, 
/**
 * What it is called.
 */
api_name: string, 
/**
 * `aud` of its tokens.
 */
audience: string, 
/**
 * What.
 */
actions: Array<Action>, 
/**
 * What that takes at other APIs.
 */
hops: Array<HopView>, 
/**
 * Whether the API sees who acts.
 */
mode: Mode, 
/**
 * `txn` of its tokens.
 */
transaction: TransactionId, 
/**
 * When the clock started.
 */
started_at: Timestamp, 
/**
 * When it is over at the latest.
 */
ends_at: Timestamp, 
/**
 * Whether it lives at the moment of the answer.
 */
live: boolean, 
/**
 * How it ended, if it has.
 */
ended?: EndedView, 
/**
 * Calls made through the console.
 */
calls: number, };
export type Story = { 
/**
 * It.
 */
delegation: DelegationView, 
/**
 * What was asked.
 */
request: RequestView, 
/**
 * All that happened, oldest first.
 */
events: Array<EventView>, };
export type CallIntent = { 
/**
 * The HTTP method.
 */
method: string, 
/**
 * The path with its query; at most 2000 characters.
 */
path: string, };
export type CallIntended = { 
/**
 * The call.
 */
id: CallId, 
/**
 * Its line.
 */
event: EventId, };
export type CallOutcome = { 
/**
 * The HTTP status, or none if no answer came.
 */
status?: number, 
/**
 * How long it took, in milliseconds.
 */
took_ms: number, };
export type CallReported = { 
/**
 * Its line.
 */
event: EventId, };
export type EventDecision = "allowed" | "refused" | "intended" | "reported" | "ended";
export type ActorKind = "person" | "client" | "service";
export type Actor = { 
/**
 * What kind.
 */
kind: ActorKind, 
/**
 * Their id: `usr_…`, or a client's name.
 */
id: string, 
/**
 * What they are called; the id again where they may not be named.
 */
name: string, };
export type EventView = { 
/**
 * Its place in the trail; lines are read by it.
 */
place: number, 
/**
 * Its id.
 */
id: EventId, 
/**
 * What happened: `noun.verb`.
 */
kind: string, 
/**
 * When.
 */
at: Timestamp, 
/**
 * Who did it.
 */
actor: Actor, 
/**
 * For whom (ours).
 */
subject?: CustomerId, 
/**
 * For whom, as APIs call them.
 */
subject_name?: string, 
/**
 * The tenant's name.
 */
tenant: string, 
/**
 * Why (ours).
 */
case?: CaseId, 
/**
 * Why, as its case system calls it.
 */
case_key?: string, 
/**
 * Which person it was done to, such as one who was invited.
 */
person?: PersonId, 
/**
 * What they are called.
 */
person_name?: string, 
/**
 * What was to be done, in a few words: scope values, a method.
 */
action: string, 
/**
 * On what: a path, an API.
 */
resource: string, 
/**
 * What came of it.
 */
decision: EventDecision, 
/**
 * A code or status beside it, such as `200` or `refused`.
 */
code?: string, 
/**
 * The rules that decided.
 */
rules: Array<string>, 
/**
 * The request.
 */
request?: RequestId, 
/**
 * The delegation.
 */
delegation?: DelegationId, 
/**
 * The trusted issuer of the customer's own token, where the customer was present and no agent acted.
 */
issuer?: string, 
/**
 * The token.
 */
token?: TokenId, 
/**
 * The transaction (`txn`).
 */
transaction?: TransactionId, 
/**
 * What ties it to log lines and answers.
 */
correlation: CorrelationId, 
/**
 * A token was exchanged.
 */
exchanged: boolean, 
/**
 * The API does not see who acts.
 */
impersonated: boolean, 
/**
 * A fresh proof of who somebody is went with it.
 */
elevated: boolean, 
/**
 * Numbers, by name: `minutes`, `exp`. With `refusals` the line stands for so many, counted together: those of a minute that came
 * after the ones that have a line each.
 */
figures: Record<string, number>, 
/**
 * What somebody wrote, such as a reason; gone where it was erased.
 */
text?: string, };
export type EventDetail = { 
/**
 * As in lists.
 */
event: EventView, 
/**
 * The stored canonical bytes (RFC 8785), which are text.
 */
canonical: string, };
export type EventPage = { 
/**
 * The lines.
 */
items: Array<EventView>, 
/**
 * The last place that was looked at: go on from here.
 */
place: number, 
/**
 * Whether there are lines before the first of these.
 */
earlier: boolean, };
export type KeyView = { 
/**
 * Its name (`kid`): the thumbprint of its public half (RFC 7638).
 */
kid: string, 
/**
 * What it signs with.
 */
algorithm: Algorithm, 
/**
 * How far it has come.
 */
state: KeyState, 
/**
 * When it was made, and published.
 */
made_at: Timestamp, 
/**
 * When it began to sign.
 */
active_at?: Timestamp, 
/**
 * When it was retired or withdrawn.
 */
retired_at?: Timestamp, 
/**
 * When it will change next: begin to sign, retire, or be forgotten. A withdrawn key never changes.
 */
changes_at?: Timestamp, };
export type KeyRotate = { 
/**
 * Whose keys.
 */
algorithm: Algorithm, 
/**
 * Whether the keys must not be believed any more: they and all that they signed stop counting at once.
 */
emergency: boolean, 
/**
 * Why, in an emergency: 3 to 2000 characters, for the trail.
 */
reason?: string, };
export type KeyRotated = { 
/**
 * When the next key begins to sign; nothing if it does already.
 */
due_at?: Timestamp, 
/**
 * What was done and what follows from it, in a few sentences.
 */
effect: string, 
/**
 * The keys of that algorithm from now on, oldest first.
 */
keys: Array<KeyView>, };
export type ServiceView = { 
/**
 * Inside this console, or elsewhere.
 */
embedded: boolean, 
/**
 * Its issuer.
 */
issuer: string, 
/**
 * Whether it is the sample workspace.
 */
sample: boolean, 
/**
 * Where the first admin is made, until there is one (embedded only).
 */
setup?: boolean, };
export type ServiceChoice = { "kind": "embedded" } | { "kind": "shared", 
/**
 * `https://…`, or plain HTTP on loopback.
 */
url: string, };
export type KeychainFault = "locked" | "no_service" | "no_bus" | "denied";
export type Keychain = { "state": "kept" } | { "state": "fault", 
/**
 * Which fault.
 */
fault: KeychainFault, 
/**
 * What happened and what to do.
 */
text: string, } | { "state": "memory" };
export type BrowserWait = { 
/**
 * What for: the request whose review wants a fresh proof; none for a sign-in.
 */
step_up?: RequestId, 
/**
 * The page shows the same.
 */
match_code: string, 
/**
 * The page's address, to open by hand.
 */
url: string, 
/**
 * Until when it waits.
 */
until: Timestamp, 
/**
 * Whether the system browser could be opened.
 */
opened: boolean, };
export type Stream = "off" | "connecting" | "live";
export type ConsoleState = { 
/**
 * The service that it uses; none before the first choice.
 */
service?: ServiceView, 
/**
 * Who is signed in.
 */
me?: Me, 
/**
 * Where the refresh token is.
 */
keychain: Keychain, 
/**
 * The browser is open, and what for.
 */
browser?: BrowserWait, 
/**
 * For whom this window acts.
 */
acting?: DelegationView, 
/**
 * Whether the live stream stands.
 */
stream: Stream, 
/**
 * This window's label.
 */
window: string, 
/**
 * The difference between the service's clock and this computer's, in milliseconds (service minus computer).
 */
clock_skew_ms: number, };
export type SecretSaved = { 
/**
 * Which.
 */
secret: SecretView, 
/**
 * The file, which only this user of the machine can read.
 */
path: string, };
export type ApiCall = { 
/**
 * The HTTP method.
 */
method: string, 
/**
 * The path with its query, below the API's base address.
 */
path: string, 
/**
 * A JSON body.
 */
body?: string, };
export type ApiAnswer = { 
/**
 * The HTTP status; none if no answer came.
 */
status?: number, 
/**
 * The answer's header fields.
 */
headers: Array<[string, string]>, 
/**
 * The answer's body as text, at most 256 KiB of it.
 */
body: string, 
/**
 * Whether the body was cut.
 */
cut: boolean, 
/**
 * How long it took, in milliseconds.
 */
took_ms: number, 
/**
 * Why no answer came.
 */
failed?: string, 
/**
 * The line of the intent.
 */
intent: EventId, 
/**
 * The line of the outcome; none if it could not be recorded.
 */
outcome?: EventId, };
