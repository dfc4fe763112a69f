// What the shell can be asked and what it says by itself. The names are the operations' names; the rest is the shell's own.
import type {
  ApiAnswer,
  ApiCall,
  ApiId,
  CaseAssign,
  CaseCreate,
  CaseId,
  CaseView,
  ClientChange,
  ClientCreate,
  ClientView,
  ClockLower,
  ClockView,
  ConsoleState,
  ContractChangeId,
  ContractChangeView,
  ContractDetail,
  ContractPropose,
  ContractReview,
  ContractView,
  DelegationId,
  DelegationView,
  EventDetail,
  EventId,
  EventPage,
  EventView,
  Invited,
  KeyRotate,
  KeyRotated,
  KeyView,
  Me,
  PersonChange,
  PersonId,
  PersonInvite,
  PersonView,
  Preview,
  RequestBox,
  RequestCreate,
  RequestId,
  RequestReview,
  RequestView,
  SecretDrop,
  SecretSaved,
  ServiceChoice,
  Story,
} from './types';

export interface List<T> {
  items: T[];
}

export interface EventQuery {
  after?: number;
  before?: number;
  limit?: number;
}

type None = Record<string, never>;

/** Command name: [arguments, answer]. */
export interface Commands {
  console_state: [None, ConsoleState];
  service_choose: [{ choice: ServiceChoice }, ConsoleState];
  setup_open: [None, null];
  sign_in: [None, ConsoleState];
  browser_open_again: [None, null];
  browser_cancel: [None, null];
  sign_out: [None, null];
  keychain_retry: [None, null];
  keychain_memory: [None, null];
  window_new: [None, null];
  api_call: [{ call: ApiCall }, ApiAnswer];
  acting_dismiss: [None, null];

  me_get: [None, Me];
  case_list: [None, List<CaseView>];
  case_create: [{ input: CaseCreate }, CaseView];
  case_assign: [{ id: CaseId; input: CaseAssign }, CaseView];
  case_close: [{ id: CaseId }, CaseView];
  case_reopen: [{ id: CaseId }, CaseView];
  clock_get: [None, ClockView];
  clock_lower: [{ input: ClockLower }, ClockView];
  contract_list: [None, List<ContractView>];
  contract_get: [{ id: ApiId }, ContractDetail];
  contract_propose: [{ input: ContractPropose }, ContractChangeView];
  contract_change_list: [None, List<ContractChangeView>];
  contract_review: [{ id: ContractChangeId; input: ContractReview }, ContractChangeView];
  contract_withdraw: [{ id: ContractChangeId }, ContractChangeView];
  client_list: [None, List<ClientView>];
  client_create: [{ input: ClientCreate }, ClientView];
  client_change: [{ id: string; input: ClientChange }, ClientView];
  /** The shell writes the secret into a file; it never comes here. */
  client_secret_make: [{ id: string }, SecretSaved];
  client_secret_drop: [{ id: string; input: SecretDrop }, ClientView];
  request_preview: [{ input: RequestCreate }, Preview];
  request_create: [{ input: RequestCreate }, RequestView];
  request_list: [{ which: RequestBox }, List<RequestView>];
  request_get: [{ id: RequestId }, RequestView];
  request_review: [{ id: RequestId; input: RequestReview }, RequestView];
  request_unsign: [{ id: RequestId }, RequestView];
  request_withdraw: [{ id: RequestId }, RequestView];
  delegation_start: [{ id: RequestId }, DelegationView];
  delegation_end: [{ id: DelegationId }, DelegationView];
  delegation_list: [None, List<DelegationView>];
  delegation_get: [{ id: DelegationId }, DelegationView];
  delegation_story: [{ id: DelegationId }, Story];
  event_list: [{ query: EventQuery }, EventPage];
  event_get: [{ id: EventId }, EventDetail];
  person_list: [None, List<PersonView>];
  person_invite: [{ input: PersonInvite }, Invited];
  person_change: [{ id: PersonId; input: PersonChange }, PersonView];
  person_reinvite: [{ id: PersonId }, Invited];
  key_list: [None, List<KeyView>];
  key_rotate: [{ input: KeyRotate }, KeyRotated];
}

export type Command = keyof Commands;
export type Args<C extends Command> = Commands[C][0];
export type Answer<C extends Command> = Commands[C][1];

/** What the shell says by itself: its state, and the lines of the trail as they arrive, in order and without gaps. */
export interface ShellEvents {
  console: ConsoleState;
  trail: EventView[];
}
