-- A snapshot of the migrated database, compared by test/db/schema.spec.ts. Not run by anything.

table adoptions
  guest_id uuid not null
  netbox text not null
  netbox_vm_id integer not null
  given_at timestamp with time zone not null default sluice_now()
table apply_jobs
  id uuid not null default gen_random_uuid()
  plan_id uuid not null
  merge_id uuid
  state text not null default 'queued'::text
  version integer not null default 0
  fence integer not null default 0
  worker text
  lease_until timestamp with time zone
  lines integer not null default 0
  refusal jsonb
  made_at timestamp with time zone not null default sluice_now()
  ended_at timestamp with time zone
table apply_lines
  job_id uuid not null
  seq integer not null
  at timestamp with time zone not null default sluice_now()
  step integer
  level text not null
  text text not null
table apply_steps
  job_id uuid not null
  ordinal integer not null
  action integer not null
  guest_id uuid not null
  kind text not null
  title text not null
  state text not null default 'waiting'::text
  detail jsonb
  version integer not null default 0
  changed_at timestamp with time zone not null default sluice_now()
table clusters
  name text not null
  netbox text not null
  netbox_cluster text not null
  settings jsonb not null
  state text not null default 'unseen'::text
  confirmed_identity jsonb
  seen_identity jsonb
  version integer not null default 0
table deletion_requests
  id uuid not null default gen_random_uuid()
  digest text not null
  content text not null
  mode text not null
  cluster text not null
  guest_id uuid not null
  vmid integer not null
  kind text not null
  guest_name text not null
  node text not null
  originators text[] not null
  threshold integer not null
  window_seconds integer not null
  max_per_hour integer not null
  power_off text not null
  merge_id uuid
  plan_id uuid
  requested_by text not null
  reason text not null
  netbox text not null
  netbox_vm_id integer
  netbox_record_removed boolean not null
  evidence jsonb not null
  state text not null default 'requested'::text
  version integer not null default 0
  fence integer not null default 0
  requested_at timestamp with time zone not null default sluice_now()
  approve_by timestamp with time zone not null
  approved_at timestamp with time zone
  start_by timestamp with time zone
  waits_until timestamp with time zone
  baseline jsonb
  quarantine jsonb
  hold jsonb
  refusal jsonb
  changed_at timestamp with time zone not null default sluice_now()
  ended_at timestamp with time zone
  ended_by text
  undo text not null default 'none'::text
  undo_detail jsonb
  acknowledged_by uuid
table deletion_reviews
  id uuid not null default gen_random_uuid()
  request_id uuid not null
  reviewer uuid not null
  decision text not null
  digest text not null
  shown text not null
  viewed_at timestamp with time zone not null
  typed_name text
  reason text not null
  at timestamp with time zone not null default sluice_now()
table effects
  id uuid not null default gen_random_uuid()
  holder_kind text not null
  holder_id uuid not null
  step text not null
  attempt integer not null default 1
  kind text not null
  cluster text not null
  node text
  vmid integer
  guest_id uuid not null
  request jsonb not null
  evidence jsonb
  state text not null default 'intended'::text
  fence integer not null
  upid text
  outcome jsonb
  version integer not null default 0
  intended_at timestamp with time zone not null default sluice_now()
  called_at timestamp with time zone
  settled_at timestamp with time zone
table freezes
  id uuid not null default gen_random_uuid()
  reason text not null
  frozen_by uuid
  frozen_at timestamp with time zone not null default sluice_now()
  unfrozen_by uuid
  unfrozen_at timestamp with time zone
  unfreeze_reason text
table gate_answers
  id uuid not null default gen_random_uuid()
  netbox text not null
  branch_id integer not null
  action text not null
  change_digest text not null
  permitted boolean not null
  plan_id uuid
  message text not null
  at timestamp with time zone not null default sluice_now()
table guest_claims
  guest_id uuid not null
  holder_kind text not null
  holder_id uuid not null
  claimed_at timestamp with time zone not null default sluice_now()
  released_at timestamp with time zone
table guest_links
  guest_id uuid not null
  netbox text not null
  netbox_vm_id integer
  cluster text not null
  vmid integer not null
  kind text not null
  uuid text
  ctime text
  macs text[] not null default '{}'::text[]
  state text not null
  version integer not null default 0
  changed_at timestamp with time zone not null default sluice_now()
table hook_deliveries
  netbox text not null
  signature text not null
  event text not null
  branch_id integer
  at timestamp with time zone not null default sluice_now()
table journal_entries
  seq bigint not null
  at timestamp with time zone not null
  kind text not null
  subject text not null
  actor text not null
  body text not null
  previous_hash text not null
  hash text not null
table journal_head
  id boolean not null default true
  seq bigint not null
  hash text not null
table merges
  id uuid not null default gen_random_uuid()
  netbox text not null
  branch_id integer not null
  branch_name text not null
  kind text not null
  occurred_at timestamp with time zone not null
  person jsonb not null
  state text not null default 'told'::text
  plan_id uuid
  detail jsonb
  version integer not null default 0
  told_at timestamp with time zone not null default sluice_now()
table migrations
  id integer not null default nextval('migrations_id_seq'::regclass)
  timestamp bigint not null
  name character varying not null
table people
  id uuid not null default gen_random_uuid()
  username text not null
  display_name text not null
  password_hash text
  netbox text
  netbox_user_id integer
  same_as uuid
  active boolean not null default true
table person_permissions
  person_id uuid not null
  permission text not null
table plan_requests
  id uuid not null default gen_random_uuid()
  netbox text not null
  branch_id integer not null
  asked_by text not null
  idempotency_key text
  state text not null default 'asked'::text
  plan_id uuid
  refusal jsonb
  asked_at timestamp with time zone not null default sluice_now()
  kind text not null default 'branch'::text
table plan_states
  plan_id uuid not null
  status text not null
  version integer not null default 0
  expires_at timestamp with time zone not null
  start_by timestamp with time zone
  reason jsonb
  changed_at timestamp with time zone not null default sluice_now()
table plans
  id uuid not null default gen_random_uuid()
  digest text not null
  content text not null
  source jsonb not null
  netbox text
  branch_id integer
  change_digest text
  findings jsonb not null
  drift jsonb not null
  policy_version integer not null
  made_by text not null
  made_at timestamp with time zone not null default sluice_now()
table policy_proposals
  id uuid not null default gen_random_uuid()
  body jsonb not null
  weakens text[] not null
  reason text not null
  proposed_by uuid not null
  proposed_at timestamp with time zone not null default sluice_now()
  approved_by uuid
  state text not null default 'proposed'::text
table policy_versions
  version integer not null
  body jsonb not null
  origin text not null
  proposal_id uuid
  made_at timestamp with time zone not null default sluice_now()
table rights_checks
  cluster text not null
  token text not null
  verdict text not null
  detail jsonb not null
  checked_at timestamp with time zone not null default sluice_now()
table service_tokens
  id uuid not null default gen_random_uuid()
  name text not null
  token_hash text not null
  permissions text[] not null
table sessions
  token_hash text not null
  person_id uuid not null
  csrf_token text not null
  made_at timestamp with time zone not null default sluice_now()
  expires_at timestamp with time zone not null
table settings
  id boolean not null default true
  mode text not null
  clock_shift interval not null default '00:00:00'::interval
  made_at timestamp with time zone not null default clock_timestamp()
table tombstones
  id uuid not null default gen_random_uuid()
  request_id uuid not null
  guest_id uuid not null
  netbox_record jsonb not null
  proxmox_record jsonb not null
  at timestamp with time zone not null default sluice_now()
table used_nonces
  nonce text not null
  at timestamp with time zone not null default sluice_now()
table vmid_ledger
  cluster text not null
  vmid integer not null
  reason text not null
  guest_id uuid
  at timestamp with time zone not null default sluice_now()

constraint adoptions_pkey on adoptions: PRIMARY KEY (guest_id)
constraint apply_jobs_merge_id_fkey on apply_jobs: FOREIGN KEY (merge_id) REFERENCES merges(id)
constraint apply_jobs_pkey on apply_jobs: PRIMARY KEY (id)
constraint apply_jobs_plan_id_fkey on apply_jobs: FOREIGN KEY (plan_id) REFERENCES plans(id)
constraint apply_jobs_plan_id_key on apply_jobs: UNIQUE (plan_id)
constraint apply_jobs_state_check on apply_jobs: CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'held'::text, 'partial'::text, 'done'::text, 'refused'::text, 'diverged'::text, 'stuck'::text])))
constraint ended_has_its_time on apply_jobs: CHECK (((state = ANY (ARRAY['done'::text, 'refused'::text, 'diverged'::text, 'partial'::text, 'stuck'::text])) = (ended_at IS NOT NULL)))
constraint no_is_explained on apply_jobs: CHECK (((state <> ALL (ARRAY['refused'::text, 'diverged'::text, 'partial'::text, 'stuck'::text, 'held'::text])) OR (refusal IS NOT NULL)))
constraint running_has_a_worker on apply_jobs: CHECK (((state = 'running'::text) = ((worker IS NOT NULL) AND (lease_until IS NOT NULL))))
constraint apply_lines_job_id_fkey on apply_lines: FOREIGN KEY (job_id) REFERENCES apply_jobs(id)
constraint apply_lines_level_check on apply_lines: CHECK ((level = ANY (ARRAY['info'::text, 'warning'::text, 'error'::text])))
constraint apply_lines_pkey on apply_lines: PRIMARY KEY (job_id, seq)
constraint apply_lines_seq_check on apply_lines: CHECK ((seq > 0))
constraint apply_steps_job_id_fkey on apply_steps: FOREIGN KEY (job_id) REFERENCES apply_jobs(id)
constraint apply_steps_pkey on apply_steps: PRIMARY KEY (job_id, ordinal)
constraint apply_steps_state_check on apply_steps: CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'refused'::text, 'diverged'::text, 'stuck'::text, 'skipped'::text])))
constraint clusters_netbox_netbox_cluster_key on clusters: UNIQUE (netbox, netbox_cluster)
constraint clusters_pkey on clusters: PRIMARY KEY (name)
constraint clusters_state_check on clusters: CHECK ((state = ANY (ARRAY['unseen'::text, 'confirmed'::text, 'changed'::text])))
constraint confirmed_has_identity on clusters: CHECK (((state = 'unseen'::text) = (confirmed_identity IS NULL)))
constraint approved_has_its_times on deletion_requests: CHECK (((state <> ALL (ARRAY['approved'::text, 'quarantining'::text, 'waiting'::text, 'destroying'::text, 'destroyed'::text])) OR ((approved_at IS NOT NULL) AND (start_by IS NOT NULL))))
constraint deletion_requests_acknowledged_by_fkey on deletion_requests: FOREIGN KEY (acknowledged_by) REFERENCES people(id)
constraint deletion_requests_cluster_fkey on deletion_requests: FOREIGN KEY (cluster) REFERENCES clusters(name)
constraint deletion_requests_kind_check on deletion_requests: CHECK ((kind = ANY (ARRAY['qemu'::text, 'lxc'::text])))
constraint deletion_requests_max_per_hour_check on deletion_requests: CHECK ((max_per_hour >= 1))
constraint deletion_requests_merge_id_fkey on deletion_requests: FOREIGN KEY (merge_id) REFERENCES merges(id)
constraint deletion_requests_mode_fkey on deletion_requests: FOREIGN KEY (mode) REFERENCES settings(mode)
constraint deletion_requests_originators_check on deletion_requests: CHECK ((cardinality(originators) > 0))
constraint deletion_requests_pkey on deletion_requests: PRIMARY KEY (id)
constraint deletion_requests_plan_id_fkey on deletion_requests: FOREIGN KEY (plan_id) REFERENCES plans(id)
constraint deletion_requests_power_off_check on deletion_requests: CHECK ((power_off = ANY (ARRAY['refuse'::text, 'shutdown'::text, 'shutdown-then-stop'::text])))
constraint deletion_requests_state_check on deletion_requests: CHECK ((state = ANY (ARRAY['requested'::text, 'refused'::text, 'in-review'::text, 'vetoed'::text, 'approved'::text, 'quarantining'::text, 'waiting'::text, 'cancelled'::text, 'expired'::text, 'destroying'::text, 'destroyed'::text, 'gone-outside'::text, 'needs-human'::text])))
constraint deletion_requests_threshold_check on deletion_requests: CHECK ((threshold >= 1))
constraint deletion_requests_undo_check on deletion_requests: CHECK ((undo = ANY (ARRAY['none'::text, 'pending'::text, 'done'::text, 'needs-human'::text])))
constraint digest_names_content on deletion_requests: CHECK ((digest = encode(sha256(convert_to(content, 'UTF8'::name)), 'hex'::text)))
constraint ended_has_its_time on deletion_requests: CHECK (((state = ANY (ARRAY['refused'::text, 'vetoed'::text, 'cancelled'::text, 'expired'::text, 'destroyed'::text, 'gone-outside'::text, 'needs-human'::text])) = (ended_at IS NOT NULL)))
constraint no_is_explained on deletion_requests: CHECK (((state <> ALL (ARRAY['refused'::text, 'needs-human'::text, 'expired'::text, 'cancelled'::text, 'vetoed'::text, 'gone-outside'::text])) OR (refusal IS NOT NULL)))
constraint undo_follows_an_end on deletion_requests: CHECK (((undo = 'none'::text) OR (state = ANY (ARRAY['refused'::text, 'vetoed'::text, 'cancelled'::text, 'expired'::text, 'needs-human'::text]))))
constraint waiting_has_baseline on deletion_requests: CHECK (((state <> ALL (ARRAY['waiting'::text, 'destroying'::text, 'destroyed'::text])) OR ((waits_until IS NOT NULL) AND (baseline IS NOT NULL) AND (quarantine IS NOT NULL))))
constraint window_has_a_minimum on deletion_requests: CHECK ((window_seconds >=
CASE mode
    WHEN 'lab'::text THEN 1
    ELSE 3600
END))
constraint window_is_kept on deletion_requests: CHECK (((waits_until IS NULL) OR (waits_until >= (approved_at + make_interval(secs => (window_seconds)::double precision)))))
constraint approval_types_the_name on deletion_reviews: CHECK (((decision <> 'approve'::text) OR (typed_name IS NOT NULL)))
constraint deletion_reviews_decision_check on deletion_reviews: CHECK ((decision = ANY (ARRAY['approve'::text, 'veto'::text])))
constraint deletion_reviews_pkey on deletion_reviews: PRIMARY KEY (id)
constraint deletion_reviews_reason_check on deletion_reviews: CHECK ((reason <> ''::text))
constraint deletion_reviews_request_id_fkey on deletion_reviews: FOREIGN KEY (request_id) REFERENCES deletion_requests(id)
constraint deletion_reviews_request_id_reviewer_key on deletion_reviews: UNIQUE (request_id, reviewer)
constraint deletion_reviews_reviewer_fkey on deletion_reviews: FOREIGN KEY (reviewer) REFERENCES people(id)
constraint accepted_has_a_upid on effects: CHECK (((state <> 'accepted'::text) OR (upid IS NOT NULL)))
constraint called_has_its_time on effects: CHECK (((state = ANY (ARRAY['intended'::text, 'refused'::text])) OR (called_at IS NOT NULL)))
constraint effects_attempt_check on effects: CHECK ((attempt > 0))
constraint effects_cluster_fkey on effects: FOREIGN KEY (cluster) REFERENCES clusters(name)
constraint effects_holder_kind_check on effects: CHECK ((holder_kind = ANY (ARRAY['job'::text, 'request'::text])))
constraint effects_holder_kind_holder_id_step_attempt_key on effects: UNIQUE (holder_kind, holder_id, step, attempt)
constraint effects_kind_check on effects: CHECK ((kind = ANY (ARRAY['create'::text, 'hand-over'::text, 'configure'::text, 'start'::text, 'shutdown'::text, 'stop'::text, 'add-disk'::text, 'grow-disk'::text, 'clone'::text, 'migrate'::text, 'lend-user'::text, 'lend-token'::text, 'take-back-user'::text, 'take-back-token'::text, 'destroy'::text, 'netbox-patch'::text, 'netbox-create'::text])))
constraint effects_pkey on effects: PRIMARY KEY (id)
constraint effects_state_check on effects: CHECK ((state = ANY (ARRAY['intended'::text, 'called'::text, 'accepted'::text, 'confirmed'::text, 'refused'::text, 'unknown'::text, 'diverged'::text])))
constraint intended_was_not_called on effects: CHECK (((state <> 'intended'::text) OR (called_at IS NULL)))
constraint settled_has_outcome on effects: CHECK ((((state = ANY (ARRAY['confirmed'::text, 'refused'::text, 'diverged'::text])) = (settled_at IS NOT NULL)) AND ((settled_at IS NULL) OR (outcome IS NOT NULL))))
constraint freezes_frozen_by_fkey on freezes: FOREIGN KEY (frozen_by) REFERENCES people(id)
constraint freezes_pkey on freezes: PRIMARY KEY (id)
constraint freezes_reason_check on freezes: CHECK ((reason <> ''::text))
constraint freezes_unfrozen_by_fkey on freezes: FOREIGN KEY (unfrozen_by) REFERENCES people(id)
constraint unfreezing_is_whole on freezes: CHECK ((((unfrozen_by IS NULL) = (unfrozen_at IS NULL)) AND ((unfrozen_by IS NULL) = (unfreeze_reason IS NULL))))
constraint unfrozen_by_a_second_person on freezes: CHECK (((unfrozen_by IS NULL) OR (unfrozen_by IS DISTINCT FROM frozen_by)))
constraint gate_answers_action_check on gate_answers: CHECK ((action = ANY (ARRAY['merge'::text, 'revert'::text])))
constraint gate_answers_pkey on gate_answers: PRIMARY KEY (id)
constraint gate_answers_plan_id_fkey on gate_answers: FOREIGN KEY (plan_id) REFERENCES plans(id)
constraint permitted_names_a_plan on gate_answers: CHECK (((NOT permitted) OR (plan_id IS NOT NULL)))
constraint guest_claims_holder_kind_check on guest_claims: CHECK ((holder_kind = ANY (ARRAY['job'::text, 'request'::text])))
constraint guest_claims_pkey on guest_claims: PRIMARY KEY (guest_id, holder_kind, holder_id)
constraint guest_links_cluster_fkey on guest_links: FOREIGN KEY (cluster) REFERENCES clusters(name)
constraint guest_links_kind_check on guest_links: CHECK ((kind = ANY (ARRAY['qemu'::text, 'lxc'::text])))
constraint guest_links_pkey on guest_links: PRIMARY KEY (guest_id)
constraint guest_links_state_check on guest_links: CHECK ((state = ANY (ARRAY['allocated'::text, 'live'::text, 'gone'::text])))
constraint guest_links_vmid_check on guest_links: CHECK (((vmid >= 100) AND (vmid <= 999999999)))
constraint vm_has_uuid on guest_links: CHECK (((kind <> 'qemu'::text) OR (uuid IS NOT NULL)))
constraint hook_deliveries_pkey on hook_deliveries: PRIMARY KEY (netbox, signature)
constraint journal_entries_actor_check on journal_entries: CHECK ((actor !~ '\n'::text))
constraint journal_entries_hash_key on journal_entries: UNIQUE (hash)
constraint journal_entries_kind_check on journal_entries: CHECK ((kind !~ '\n'::text))
constraint journal_entries_pkey on journal_entries: PRIMARY KEY (seq)
constraint journal_entries_subject_check on journal_entries: CHECK ((subject !~ '\n'::text))
constraint journal_head_id_check on journal_head: CHECK (id)
constraint journal_head_pkey on journal_head: PRIMARY KEY (id)
constraint merges_kind_check on merges: CHECK ((kind = ANY (ARRAY['merged'::text, 'reverted'::text])))
constraint merges_netbox_branch_id_kind_occurred_at_key on merges: UNIQUE (netbox, branch_id, kind, occurred_at)
constraint merges_pkey on merges: PRIMARY KEY (id)
constraint merges_plan_id_fkey on merges: FOREIGN KEY (plan_id) REFERENCES plans(id)
constraint merges_state_check on merges: CHECK ((state = ANY (ARRAY['told'::text, 'started'::text, 'nothing'::text, 'refused'::text])))
constraint started_has_plan on merges: CHECK (((state <> 'started'::text) OR (plan_id IS NOT NULL)))
constraint PK_8c82d7f526340ab734260ea46be on migrations: PRIMARY KEY (id)
constraint netbox_account_is_whole on people: CHECK (((netbox IS NULL) = (netbox_user_id IS NULL)))
constraint not_linked_to_itself on people: CHECK ((same_as <> id))
constraint people_netbox_netbox_user_id_key on people: UNIQUE (netbox, netbox_user_id)
constraint people_pkey on people: PRIMARY KEY (id)
constraint people_same_as_fkey on people: FOREIGN KEY (same_as) REFERENCES people(id)
constraint people_username_key on people: UNIQUE (username)
constraint person_permissions_permission_check on person_permissions: CHECK ((permission = ANY (ARRAY['view'::text, 'operate'::text, 'administer'::text, 'approve_deletion'::text, 'apply_create_vm'::text, 'apply_update_vm'::text, 'apply_create_lxc'::text, 'apply_update_lxc'::text, 'request_deletion_vm'::text, 'request_deletion_lxc'::text])))
constraint person_permissions_person_id_fkey on person_permissions: FOREIGN KEY (person_id) REFERENCES people(id)
constraint person_permissions_pkey on person_permissions: PRIMARY KEY (person_id, permission)
constraint plan_requests_asked_by_idempotency_key_key on plan_requests: UNIQUE (asked_by, idempotency_key)
constraint plan_requests_kind_check on plan_requests: CHECK ((kind = ANY (ARRAY['branch'::text, 'revert'::text])))
constraint plan_requests_pkey on plan_requests: PRIMARY KEY (id)
constraint plan_requests_plan_id_fkey on plan_requests: FOREIGN KEY (plan_id) REFERENCES plans(id)
constraint plan_requests_state_check on plan_requests: CHECK ((state = ANY (ARRAY['asked'::text, 'planned'::text, 'refused'::text])))
constraint planned_names_a_plan on plan_requests: CHECK (((state = 'planned'::text) = (plan_id IS NOT NULL)))
constraint refused_is_explained on plan_requests: CHECK (((state = 'refused'::text) = (refusal IS NOT NULL)))
constraint plan_states_pkey on plan_states: PRIMARY KEY (plan_id)
constraint plan_states_plan_id_fkey on plan_states: FOREIGN KEY (plan_id) REFERENCES plans(id)
constraint plan_states_status_check on plan_states: CHECK ((status = ANY (ARRAY['draft'::text, 'refused'::text, 'ready'::text, 'superseded'::text, 'expired'::text, 'started'::text, 'done'::text, 'stuck'::text, 'diverged'::text])))
constraint digest_names_content on plans: CHECK ((digest = encode(sha256(convert_to(content, 'UTF8'::name)), 'hex'::text)))
constraint plans_pkey on plans: PRIMARY KEY (id)
constraint plans_policy_version_fkey on plans: FOREIGN KEY (policy_version) REFERENCES policy_versions(version)
constraint consent_is_the_phrase on policy_proposals: CHECK ((COALESCE((body #> '{intent,allow}'::text[]), 'null'::jsonb) = ANY (ARRAY['null'::jsonb, '"allow-edit-and-add-actions"'::jsonb])))
constraint policy_proposals_approved_by_fkey on policy_proposals: FOREIGN KEY (approved_by) REFERENCES people(id)
constraint policy_proposals_pkey on policy_proposals: PRIMARY KEY (id)
constraint policy_proposals_proposed_by_fkey on policy_proposals: FOREIGN KEY (proposed_by) REFERENCES people(id)
constraint policy_proposals_reason_check on policy_proposals: CHECK ((reason <> ''::text))
constraint policy_proposals_state_check on policy_proposals: CHECK ((state = ANY (ARRAY['proposed'::text, 'active'::text, 'vetoed'::text])))
constraint weakening_needs_a_second_person on policy_proposals: CHECK (((state <> 'active'::text) OR (weakens = '{}'::text[]) OR ((approved_by IS NOT NULL) AND (approved_by <> proposed_by))))
constraint consent_is_the_phrase on policy_versions: CHECK ((COALESCE((body #> '{intent,allow}'::text[]), 'null'::jsonb) = ANY (ARRAY['null'::jsonb, '"allow-edit-and-add-actions"'::jsonb])))
constraint policy_versions_origin_check on policy_versions: CHECK ((origin = ANY (ARRAY['configuration'::text, 'proposal'::text])))
constraint policy_versions_pkey on policy_versions: PRIMARY KEY (version)
constraint policy_versions_version_check on policy_versions: CHECK ((version > 0))
constraint proposal_has_its_row on policy_versions: CHECK (((origin = 'proposal'::text) = (proposal_id IS NOT NULL)))
constraint rights_checks_cluster_fkey on rights_checks: FOREIGN KEY (cluster) REFERENCES clusters(name)
constraint rights_checks_pkey on rights_checks: PRIMARY KEY (cluster, token)
constraint rights_checks_token_check on rights_checks: CHECK ((token = ANY (ARRAY['reflect'::text, 'create'::text, 'update'::text, 'lender'::text, 'destroy'::text])))
constraint rights_checks_verdict_check on rights_checks: CHECK ((verdict = ANY (ARRAY['exact'::text, 'missing'::text, 'broader'::text, 'unreadable'::text])))
constraint service_tokens_name_key on service_tokens: UNIQUE (name)
constraint service_tokens_permissions_check on service_tokens: CHECK ((permissions <@ ARRAY['view'::text, 'operate'::text, 'apply_create_vm'::text, 'apply_update_vm'::text, 'apply_create_lxc'::text, 'apply_update_lxc'::text, 'request_deletion_vm'::text, 'request_deletion_lxc'::text]))
constraint service_tokens_pkey on service_tokens: PRIMARY KEY (id)
constraint service_tokens_token_hash_key on service_tokens: UNIQUE (token_hash)
constraint sessions_person_id_fkey on sessions: FOREIGN KEY (person_id) REFERENCES people(id)
constraint sessions_pkey on sessions: PRIMARY KEY (token_hash)
constraint only_a_lab_shifts_its_clock on settings: CHECK (((mode = 'lab'::text) OR (clock_shift = '00:00:00'::interval)))
constraint settings_id_check on settings: CHECK (id)
constraint settings_mode_check on settings: CHECK ((mode = ANY (ARRAY['lab'::text, 'live'::text])))
constraint settings_mode_key on settings: UNIQUE (mode)
constraint settings_pkey on settings: PRIMARY KEY (id)
constraint tombstones_pkey on tombstones: PRIMARY KEY (id)
constraint tombstones_request_id_fkey on tombstones: FOREIGN KEY (request_id) REFERENCES deletion_requests(id)
constraint tombstones_request_id_key on tombstones: UNIQUE (request_id)
constraint used_nonces_pkey on used_nonces: PRIMARY KEY (nonce)
constraint vmid_ledger_cluster_fkey on vmid_ledger: FOREIGN KEY (cluster) REFERENCES clusters(name)
constraint vmid_ledger_pkey on vmid_ledger: PRIMARY KEY (cluster, vmid, reason)
constraint vmid_ledger_reason_check on vmid_ledger: CHECK ((reason = ANY (ARRAY['allocated'::text, 'seen'::text, 'destroyed'::text])))

CREATE INDEX adoptions_by_netbox_vm ON public.adoptions USING btree (netbox, netbox_vm_id)
CREATE UNIQUE INDEX adoptions_pkey ON public.adoptions USING btree (guest_id)
CREATE UNIQUE INDEX apply_jobs_pkey ON public.apply_jobs USING btree (id)
CREATE UNIQUE INDEX apply_jobs_plan_id_key ON public.apply_jobs USING btree (plan_id)
CREATE UNIQUE INDEX apply_lines_pkey ON public.apply_lines USING btree (job_id, seq)
CREATE UNIQUE INDEX apply_steps_pkey ON public.apply_steps USING btree (job_id, ordinal)
CREATE UNIQUE INDEX clusters_netbox_netbox_cluster_key ON public.clusters USING btree (netbox, netbox_cluster)
CREATE UNIQUE INDEX clusters_pkey ON public.clusters USING btree (name)
CREATE UNIQUE INDEX deletion_requests_pkey ON public.deletion_requests USING btree (id)
CREATE UNIQUE INDEX one_destroying ON public.deletion_requests USING btree ((true)) WHERE (state = 'destroying'::text)
CREATE UNIQUE INDEX one_live_request_per_guest ON public.deletion_requests USING btree (guest_id) WHERE (state = ANY (ARRAY['requested'::text, 'in-review'::text, 'approved'::text, 'quarantining'::text, 'waiting'::text, 'destroying'::text]))
CREATE UNIQUE INDEX deletion_reviews_pkey ON public.deletion_reviews USING btree (id)
CREATE UNIQUE INDEX deletion_reviews_request_id_reviewer_key ON public.deletion_reviews USING btree (request_id, reviewer)
CREATE INDEX effects_by_guest ON public.effects USING btree (guest_id, intended_at)
CREATE UNIQUE INDEX effects_holder_kind_holder_id_step_attempt_key ON public.effects USING btree (holder_kind, holder_id, step, attempt)
CREATE INDEX effects_open ON public.effects USING btree (holder_kind, holder_id) WHERE (settled_at IS NULL)
CREATE UNIQUE INDEX effects_pkey ON public.effects USING btree (id)
CREATE UNIQUE INDEX one_destroy_per_request ON public.effects USING btree (holder_id) WHERE (kind = 'destroy'::text)
CREATE UNIQUE INDEX freezes_pkey ON public.freezes USING btree (id)
CREATE UNIQUE INDEX one_freeze_at_a_time ON public.freezes USING btree ((true)) WHERE (unfrozen_at IS NULL)
CREATE INDEX gate_answers_by_branch ON public.gate_answers USING btree (netbox, branch_id, at)
CREATE UNIQUE INDEX gate_answers_pkey ON public.gate_answers USING btree (id)
CREATE UNIQUE INDEX guest_claims_pkey ON public.guest_claims USING btree (guest_id, holder_kind, holder_id)
CREATE UNIQUE INDEX one_live_claim_per_guest ON public.guest_claims USING btree (guest_id) WHERE (released_at IS NULL)
CREATE UNIQUE INDEX guest_links_pkey ON public.guest_links USING btree (guest_id)
CREATE UNIQUE INDEX one_live_link_per_netbox_vm ON public.guest_links USING btree (netbox, netbox_vm_id) WHERE (state <> 'gone'::text)
CREATE UNIQUE INDEX one_live_link_per_vmid ON public.guest_links USING btree (cluster, vmid) WHERE (state <> 'gone'::text)
CREATE UNIQUE INDEX hook_deliveries_pkey ON public.hook_deliveries USING btree (netbox, signature)
CREATE INDEX journal_by_subject ON public.journal_entries USING btree (subject, seq)
CREATE UNIQUE INDEX journal_entries_hash_key ON public.journal_entries USING btree (hash)
CREATE UNIQUE INDEX journal_entries_pkey ON public.journal_entries USING btree (seq)
CREATE UNIQUE INDEX journal_head_pkey ON public.journal_head USING btree (id)
CREATE UNIQUE INDEX merges_netbox_branch_id_kind_occurred_at_key ON public.merges USING btree (netbox, branch_id, kind, occurred_at)
CREATE UNIQUE INDEX merges_pkey ON public.merges USING btree (id)
CREATE UNIQUE INDEX "PK_8c82d7f526340ab734260ea46be" ON public.migrations USING btree (id)
CREATE UNIQUE INDEX people_netbox_netbox_user_id_key ON public.people USING btree (netbox, netbox_user_id)
CREATE UNIQUE INDEX people_pkey ON public.people USING btree (id)
CREATE UNIQUE INDEX people_username_key ON public.people USING btree (username)
CREATE UNIQUE INDEX person_permissions_pkey ON public.person_permissions USING btree (person_id, permission)
CREATE UNIQUE INDEX plan_requests_asked_by_idempotency_key_key ON public.plan_requests USING btree (asked_by, idempotency_key)
CREATE INDEX plan_requests_open ON public.plan_requests USING btree (netbox, branch_id) WHERE (state = 'asked'::text)
CREATE UNIQUE INDEX plan_requests_pkey ON public.plan_requests USING btree (id)
CREATE UNIQUE INDEX plan_states_pkey ON public.plan_states USING btree (plan_id)
CREATE INDEX plans_by_branch ON public.plans USING btree (netbox, branch_id, made_at)
CREATE UNIQUE INDEX plans_pkey ON public.plans USING btree (id)
CREATE UNIQUE INDEX policy_proposals_pkey ON public.policy_proposals USING btree (id)
CREATE UNIQUE INDEX policy_versions_pkey ON public.policy_versions USING btree (version)
CREATE UNIQUE INDEX rights_checks_pkey ON public.rights_checks USING btree (cluster, token)
CREATE UNIQUE INDEX service_tokens_name_key ON public.service_tokens USING btree (name)
CREATE UNIQUE INDEX service_tokens_pkey ON public.service_tokens USING btree (id)
CREATE UNIQUE INDEX service_tokens_token_hash_key ON public.service_tokens USING btree (token_hash)
CREATE UNIQUE INDEX sessions_pkey ON public.sessions USING btree (token_hash)
CREATE UNIQUE INDEX settings_mode_key ON public.settings USING btree (mode)
CREATE UNIQUE INDEX settings_pkey ON public.settings USING btree (id)
CREATE UNIQUE INDEX tombstones_pkey ON public.tombstones USING btree (id)
CREATE UNIQUE INDEX tombstones_request_id_key ON public.tombstones USING btree (request_id)
CREATE UNIQUE INDEX used_nonces_pkey ON public.used_nonces USING btree (nonce)
CREATE UNIQUE INDEX vmid_ledger_pkey ON public.vmid_ledger USING btree (cluster, vmid, reason)

CREATE TRIGGER adoptions_are_append_only BEFORE DELETE OR UPDATE ON public.adoptions FOR EACH ROW EXECUTE FUNCTION refuse_change()
CREATE TRIGGER apply_jobs_are_announced AFTER UPDATE OF state ON public.apply_jobs FOR EACH ROW WHEN ((old.state IS DISTINCT FROM new.state)) EXECUTE FUNCTION announce_job()
CREATE TRIGGER job_state_moves BEFORE UPDATE ON public.apply_jobs FOR EACH ROW EXECUTE FUNCTION check_job_state()
CREATE TRIGGER apply_steps_are_announced AFTER UPDATE OF state ON public.apply_steps FOR EACH ROW WHEN ((old.state IS DISTINCT FROM new.state)) EXECUTE FUNCTION announce_job()
CREATE TRIGGER deletion_request_acknowledged BEFORE UPDATE ON public.deletion_requests FOR EACH ROW EXECUTE FUNCTION check_acknowledgement()
CREATE TRIGGER deletion_request_moves BEFORE INSERT OR UPDATE ON public.deletion_requests FOR EACH ROW EXECUTE FUNCTION check_deletion_request()
CREATE TRIGGER deletion_requests_are_kept BEFORE DELETE ON public.deletion_requests FOR EACH ROW EXECUTE FUNCTION refuse_change()
CREATE TRIGGER review_four_eyes BEFORE INSERT ON public.deletion_reviews FOR EACH ROW EXECUTE FUNCTION check_review()
CREATE TRIGGER reviews_are_append_only BEFORE DELETE OR UPDATE ON public.deletion_reviews FOR EACH ROW EXECUTE FUNCTION refuse_change()
CREATE TRIGGER effect_moves BEFORE INSERT OR UPDATE ON public.effects FOR EACH ROW EXECUTE FUNCTION check_effect()
CREATE TRIGGER effects_are_kept BEFORE DELETE ON public.effects FOR EACH ROW EXECUTE FUNCTION refuse_change()
CREATE TRIGGER effects_keep_their_target BEFORE UPDATE ON public.effects FOR EACH ROW EXECUTE FUNCTION keep_effect()
CREATE TRIGGER unfreeze_four_eyes BEFORE INSERT OR UPDATE ON public.freezes FOR EACH ROW EXECUTE FUNCTION check_unfreeze()
CREATE TRIGGER gate_answers_are_append_only BEFORE DELETE OR UPDATE ON public.gate_answers FOR EACH ROW EXECUTE FUNCTION refuse_change()
CREATE TRIGGER journal_is_append_only BEFORE DELETE OR UPDATE ON public.journal_entries FOR EACH ROW EXECUTE FUNCTION refuse_change()
CREATE TRIGGER journal_is_not_truncated BEFORE TRUNCATE ON public.journal_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
CREATE TRIGGER plan_state_moves BEFORE UPDATE ON public.plan_states FOR EACH ROW EXECUTE FUNCTION check_plan_state()
CREATE TRIGGER plan_states_keep_their_expiries BEFORE UPDATE ON public.plan_states FOR EACH ROW EXECUTE FUNCTION check_plan_expiries()
CREATE TRIGGER plans_are_immutable BEFORE DELETE OR UPDATE ON public.plans FOR EACH ROW EXECUTE FUNCTION refuse_change()
CREATE TRIGGER plans_are_not_truncated BEFORE TRUNCATE ON public.plans FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
CREATE TRIGGER policy_proposal_four_eyes BEFORE INSERT OR UPDATE ON public.policy_proposals FOR EACH ROW EXECUTE FUNCTION check_policy_proposal()
CREATE TRIGGER policy_version_has_its_proposal BEFORE INSERT ON public.policy_versions FOR EACH ROW EXECUTE FUNCTION check_policy_version()
CREATE TRIGGER policy_version_weakens_openly BEFORE INSERT ON public.policy_versions FOR EACH ROW EXECUTE FUNCTION check_policy_weakening()
CREATE TRIGGER policy_versions_are_append_only BEFORE DELETE OR UPDATE ON public.policy_versions FOR EACH ROW EXECUTE FUNCTION refuse_change()
CREATE TRIGGER tombstones_are_for_ever BEFORE DELETE OR UPDATE ON public.tombstones FOR EACH ROW EXECUTE FUNCTION refuse_change()
CREATE TRIGGER vmid_ledger_is_append_only BEFORE DELETE OR UPDATE ON public.vmid_ledger FOR EACH ROW EXECUTE FUNCTION refuse_change()

CREATE OR REPLACE FUNCTION public.announce_job()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  perform pg_notify('apply_lines', case tg_table_name when 'apply_jobs' then to_jsonb(new)->>'id' else to_jsonb(new)->>'job_id' end);
  return null;
end $function$
CREATE OR REPLACE FUNCTION public.check_acknowledgement()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if new.acknowledged_by is distinct from old.acknowledged_by and (old.acknowledged_by is not null or new.state <> 'needs-human' or session_user <> 'sluice_api') then
    raise exception 'a surprise is acknowledged through the api, once, when it needs a human' using errcode = 'SL016';
  end if;
  return new;
end $function$
CREATE OR REPLACE FUNCTION public.check_deletion_request()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare allowed text[];
begin
  if tg_op = 'INSERT' then
    if new.state <> 'requested' or num_nonnulls(new.approved_at, new.start_by, new.waits_until, new.baseline, new.quarantine, new.ended_at, new.acknowledged_by) > 0 then
      raise exception 'a request begins as requested, and with nothing that only a later state may set' using errcode = 'SL002';
    end if;
    if session_user <> 'sluice_worker' and session_user <> 'sluice_api' then raise exception 'requests are made by api and worker' using errcode = 'SL016'; end if;
    return new;
  end if;
  if (new.content, new.digest, new.mode, new.cluster, new.guest_id, new.vmid, new.kind, new.guest_name, new.originators, new.threshold, new.window_seconds, new.max_per_hour, new.power_off, new.requested_by, new.requested_at, new.approve_by, new.netbox_record_removed)
     is distinct from
     (old.content, old.digest, old.mode, old.cluster, old.guest_id, old.vmid, old.kind, old.guest_name, old.originators, old.threshold, old.window_seconds, old.max_per_hour, old.power_off, old.requested_by, old.requested_at, old.approve_by, old.netbox_record_removed) then
    raise exception 'what was asked is frozen into the request' using errcode = 'SL018';
  end if;
  if new.fence < old.fence then raise exception 'a fence never goes back' using errcode = 'SL028'; end if;
  if (old.waits_until is not null and new.waits_until is distinct from old.waits_until) or (old.approved_at is not null and new.approved_at is distinct from old.approved_at)
     or (old.baseline is not null and new.baseline is distinct from old.baseline) or (old.start_by is not null and new.start_by is distinct from old.start_by) then
    raise exception 'the window and its baseline are set once' using errcode = 'SL022';
  end if;
  if old.undo <> new.undo and not (old.undo, new.undo) in (('none', 'pending'), ('pending', 'done'), ('pending', 'needs-human')) then
    raise exception 'an undo does not go from % to %', old.undo, new.undo using errcode = 'SL002';
  end if;
  if old.state = new.state then return new; end if;
  -- who may make which move: the session's login, not a variable that can be set
  allowed := case old.state || '>' || new.state
    when 'requested>in-review' then array['sluice_worker']
    when 'requested>refused' then array['sluice_worker']
    when 'requested>cancelled' then array['sluice_api', 'sluice_worker']
    when 'requested>expired' then array['sluice_scheduler']
    when 'requested>gone-outside' then array['sluice_worker']
    when 'in-review>approved' then array['sluice_api']
    when 'in-review>vetoed' then array['sluice_api']
    when 'in-review>cancelled' then array['sluice_api', 'sluice_worker']
    when 'in-review>expired' then array['sluice_scheduler', 'sluice_api']
    when 'in-review>gone-outside' then array['sluice_worker', 'sluice_scheduler']
    when 'approved>quarantining' then array['sluice_worker']
    when 'approved>cancelled' then array['sluice_api', 'sluice_worker']
    when 'approved>expired' then array['sluice_scheduler']
    when 'approved>refused' then array['sluice_worker']
    when 'approved>gone-outside' then array['sluice_worker']
    when 'quarantining>waiting' then array['sluice_worker']
    when 'quarantining>cancelled' then array['sluice_api', 'sluice_worker']
    when 'quarantining>needs-human' then array['sluice_worker']
    when 'quarantining>gone-outside' then array['sluice_worker']
    when 'waiting>cancelled' then array['sluice_api', 'sluice_worker', 'sluice_deleter']
    when 'waiting>expired' then array['sluice_scheduler', 'sluice_deleter']
    when 'waiting>gone-outside' then array['sluice_deleter', 'sluice_worker']
    when 'waiting>destroying' then array['sluice_deleter']
    when 'destroying>destroyed' then array['sluice_deleter']
    when 'destroying>needs-human' then array['sluice_deleter']
    when 'destroying>gone-outside' then array['sluice_deleter']
    else '{}' end;
  if cardinality(allowed) = 0 then raise exception 'a deletion request does not go from % to %', old.state, new.state using errcode = 'SL002'; end if;
  if not session_user::text = any (allowed) then raise exception '% may not move a deletion request from % to %', session_user, old.state, new.state using errcode = 'SL016'; end if;
  if new.state = 'in-review' and not (new.approve_by > sluice_now()) then raise exception 'no time left to approve' using errcode = 'SL008'; end if;
  if new.state in ('approved', 'quarantining', 'waiting', 'destroying') then
    if exists (select 1 from deletion_reviews v where v.request_id = new.id and v.decision = 'veto') then raise exception 'one veto is final' using errcode = 'SL018'; end if;
    if standing_approvals(new.id) < new.threshold then
      raise exception '% of % approvals stand', standing_approvals(new.id), new.threshold using errcode = 'SL019';
    end if;
  end if;
  if new.state = 'approved' and abs(extract(epoch from new.approved_at - sluice_now())) > 60 then raise exception 'approved_at is now' using errcode = 'SL022'; end if;
  if new.state in ('quarantining', 'waiting', 'destroying') and new.start_by <= sluice_now() then
    raise exception 'the approval had to be used before %', new.start_by using errcode = 'SL008';
  end if;
  if new.state = 'destroying' then
    if new.waits_until > sluice_now() then raise exception 'the recovery window ends at %', new.waits_until using errcode = 'SL022'; end if;
    if is_frozen() then raise exception 'frozen' using errcode = 'SL031'; end if;
    if (select count(*) from effects e where e.kind = 'destroy' and e.cluster = new.cluster and e.called_at > sluice_now() - interval '1 hour') >= new.max_per_hour then
      raise exception 'at most % destroys per hour on cluster %', new.max_per_hour, new.cluster using errcode = 'SL023';
    end if;
    if exists (select 1 from deletion_requests x where x.cluster = new.cluster and x.state = 'needs-human' and x.acknowledged_by is null) then
      raise exception 'an earlier request on cluster % needs a human first', new.cluster using errcode = 'SL023';
    end if;
  end if;
  if new.state = 'destroyed' and not exists (select 1 from effects e where e.holder_id = new.id and e.kind = 'destroy' and e.state = 'confirmed') then
    raise exception 'destroyed needs a confirmed destroy' using errcode = 'SL011';
  end if;
  if new.state = 'destroying' and not exists (select 1 from tombstones t where t.request_id = new.id) then
    raise exception 'no destroy without a tombstone' using errcode = 'SL024';
  end if;
  return new;
end $function$
CREATE OR REPLACE FUNCTION public.check_effect()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if holder_fence(new.holder_kind, new.holder_id) is distinct from new.fence then
    raise exception 'superseded: this worker holds fence %, the % has %', new.fence, new.holder_kind, holder_fence(new.holder_kind, new.holder_id) using errcode = 'SL028';
  end if;
  if tg_op = 'INSERT' then
    if new.state <> 'intended' then raise exception 'an effect begins as intended' using errcode = 'SL025'; end if;
  else
    if new.kind <> old.kind or new.holder_id <> old.holder_id or new.request <> old.request or new.guest_id <> old.guest_id or new.step <> old.step then
      raise exception 'what was intended is not rewritten' using errcode = 'SL001';
    end if;
    if old.state <> new.state and not (old.state, new.state) in (
      ('intended', 'called'), ('intended', 'refused'), ('called', 'accepted'), ('called', 'confirmed'), ('called', 'refused'), ('called', 'unknown'), ('called', 'diverged'),
      ('accepted', 'confirmed'), ('accepted', 'refused'), ('accepted', 'unknown'), ('accepted', 'diverged'),
      ('unknown', 'confirmed'), ('unknown', 'refused'), ('unknown', 'diverged')) then
      raise exception 'an effect does not go from % to %', old.state, new.state using errcode = 'SL002';
    end if;
  end if;
  -- Taking power away stays possible in a freeze; every other call stops within this step (P31).
  if new.state = 'called' and (tg_op = 'INSERT' or old.state = 'intended') and new.kind not in ('take-back-user', 'take-back-token') and is_frozen() then
    raise exception 'frozen: nothing is sent until somebody unfreezes' using errcode = 'SL031';
  end if;
  if new.kind = 'destroy' and new.state = 'called' and old.state = 'intended' then
    if session_user <> 'sluice_deleter' then raise exception 'only the deleter destroys' using errcode = 'SL016'; end if;
    if not exists (select 1 from deletion_requests r where r.id = new.holder_id and r.state = 'destroying') then
      raise exception 'a destroy needs a request in destroying' using errcode = 'SL027';
    end if;
  end if;
  return new;
end $function$
CREATE OR REPLACE FUNCTION public.check_job_state()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if old.state <> new.state and not (old.state, new.state) in (
    ('queued', 'running'), ('queued', 'held'), ('queued', 'refused'), ('running', 'queued'), ('running', 'held'), ('running', 'partial'), ('running', 'done'),
    ('running', 'refused'), ('running', 'diverged'), ('running', 'stuck'), ('held', 'queued'), ('held', 'refused'), ('stuck', 'queued'), ('partial', 'queued'), ('refused', 'queued')) then
    raise exception 'a job does not go from % to %', old.state, new.state using errcode = 'SL002';
  end if;
  if new.fence < old.fence then raise exception 'a fence never goes back' using errcode = 'SL028'; end if;
  return new;
end $function$
CREATE OR REPLACE FUNCTION public.check_plan_expiries()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if new.expires_at is distinct from old.expires_at then raise exception 'the expiry of a plan is set once' using errcode = 'SL008'; end if;
  if new.status = 'started' and old.status = 'ready' and new.start_by <= sluice_now() then
    raise exception 'plan % had to be started before %', new.plan_id, new.start_by using errcode = 'SL008';
  end if;
  return new;
end $function$
CREATE OR REPLACE FUNCTION public.check_plan_state()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' and old.status <> new.status and not (old.status, new.status) in (
    ('draft', 'ready'), ('draft', 'refused'), ('ready', 'superseded'), ('ready', 'expired'), ('ready', 'started'), ('refused', 'superseded'), ('refused', 'expired'),
    ('started', 'done'), ('started', 'stuck'), ('started', 'diverged'), ('stuck', 'done'), ('stuck', 'diverged')) then
    raise exception 'a plan does not go from % to %', old.status, new.status using errcode = 'SL002';
  end if;
  if new.status = 'started' and old.status = 'ready' and new.expires_at <= sluice_now() then
    raise exception 'plan % expired at %', new.plan_id, new.expires_at using errcode = 'SL008';
  end if;
  return new;
end $function$
CREATE OR REPLACE FUNCTION public.check_policy_proposal()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if new.approved_by is not null and cardinality(new.weakens) > 0 and person_keys(new.approved_by) && person_keys(new.proposed_by) then
    raise exception 'a proposal that weakens a gate is approved by another person than its author' using errcode = 'SL017';
  end if;
  if tg_op = 'UPDATE' and (old.state <> 'proposed' or new.body <> old.body or new.weakens <> old.weakens or new.proposed_by <> old.proposed_by) then
    raise exception 'a policy proposal is decided once and never rewritten' using errcode = 'SL001';
  end if;
  return new;
end $function$
CREATE OR REPLACE FUNCTION public.check_policy_version()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if new.version <> coalesce((select max(version) from policy_versions), 0) + 1 then
    raise exception 'policy versions follow each other' using errcode = 'SL002';
  end if;
  if new.origin = 'configuration' and new.version > 1 then
    raise exception 'a configuration file seeds the first policy only: later changes are proposals' using errcode = 'SL032';
  end if;
  if new.origin = 'proposal' and not exists (select 1 from policy_proposals p where p.id = new.proposal_id and p.state = 'active' and p.body = new.body) then
    raise exception 'no active proposal with this content' using errcode = 'SL032';
  end if;
  return new;
end $function$
CREATE OR REPLACE FUNCTION public.check_policy_weakening()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare weaker text[];
begin
  if new.origin <> 'proposal' then return new; end if;
  weaker := policy_weakens((select body from policy_versions order by version desc limit 1), new.body);
  if not weaker <@ (select weakens from policy_proposals where id = new.proposal_id) then
    raise exception 'this version weakens %, and its proposal does not say so', array_to_string(weaker, ', ') using errcode = 'SL032';
  end if;
  return new;
end $function$
CREATE OR REPLACE FUNCTION public.check_review()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare r deletion_requests;
begin
  select * into strict r from deletion_requests where id = new.request_id for update;
  if r.state <> 'in-review' then raise exception 'request is %, not in review', r.state using errcode = 'SL018'; end if;
  if r.digest <> new.digest then raise exception 'the review names digest %, the request is %', left(new.digest, 8), left(r.digest, 8) using errcode = 'SL003'; end if;
  if r.approve_by <= sluice_now() then raise exception 'the time to approve ended at %', r.approve_by using errcode = 'SL008'; end if;
  if not exists (select 1 from people p join person_permissions pp on pp.person_id = p.id where p.id = new.reviewer and p.active and pp.permission = 'approve_deletion') then
    raise exception 'the reviewer does not hold approve_deletion now' using errcode = 'SL019';
  end if;
  if new.decision = 'approve' and person_keys(new.reviewer) && r.originators then
    raise exception 'four eyes: the reviewer asked for, authored or merged this deletion' using errcode = 'SL017';
  end if;
  if exists (select 1 from deletion_reviews v where v.request_id = new.request_id and person_keys(v.reviewer) && person_keys(new.reviewer)) then
    raise exception 'this person has already reviewed, under this or a linked account' using errcode = 'SL017';
  end if;
  if new.decision = 'approve' and new.typed_name is distinct from r.guest_name then
    raise exception 'the typed name is not the name of the guest' using errcode = 'SL036';
  end if;
  return new;
end $function$
CREATE OR REPLACE FUNCTION public.check_unfreeze()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if tg_op = 'UPDATE' and (old.unfrozen_at is not null or new.frozen_by is distinct from old.frozen_by or new.frozen_at <> old.frozen_at) then
    raise exception 'a freeze is ended once and never rewritten' using errcode = 'SL001';
  end if;
  if new.unfrozen_by is not null and new.frozen_by is not null and person_keys(new.unfrozen_by) && person_keys(new.frozen_by) then
    raise exception 'unfreezing takes a second person' using errcode = 'SL017';
  end if;
  return new;
end $function$
CREATE OR REPLACE FUNCTION public.holder_fence(p_kind text, p_id uuid)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if p_kind = 'job' then return (select fence from apply_jobs where id = p_id); end if;
  return (select fence from deletion_requests where id = p_id);
end $function$
CREATE OR REPLACE FUNCTION public.is_frozen()
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$ select exists (select 1 from freezes where unfrozen_at is null) $function$
CREATE OR REPLACE FUNCTION public.journal_append(p_kind text, p_subject text, p_actor text, p_body text)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare head journal_head; v_at timestamptz; v_hash text;
begin
  select * into strict head from journal_head for update;
  v_at := sluice_now();
  v_hash := encode(sha256(convert_to(concat_ws(E'\n', head.hash, (head.seq + 1)::text,
    to_char(v_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), p_kind, p_subject, p_actor, p_body), 'UTF8')), 'hex');
  insert into journal_entries values (head.seq + 1, v_at, p_kind, p_subject, p_actor, p_body, head.hash, v_hash);
  update journal_head set seq = head.seq + 1, hash = v_hash;
  return head.seq + 1;
end $function$
CREATE OR REPLACE FUNCTION public.keep_effect()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  if old.settled_at is not null then raise exception 'a settled effect is not rewritten' using errcode = 'SL001'; end if;
  if (new.holder_kind, new.attempt, new.cluster, new.vmid, new.intended_at) is distinct from (old.holder_kind, old.attempt, old.cluster, old.vmid, old.intended_at)
     or (old.called_at is not null and new.called_at is distinct from old.called_at) or (old.upid is not null and new.upid is distinct from old.upid) then
    raise exception 'what was intended, called and answered is not rewritten' using errcode = 'SL001';
  end if;
  if old.called_at is null and new.called_at is not null and abs(extract(epoch from new.called_at - sluice_now())) > 60 then
    raise exception 'called_at is now' using errcode = 'SL025';
  end if;
  return new;
end $function$
CREATE OR REPLACE FUNCTION public.person_keys(p_person uuid)
 RETURNS text[]
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  with recursive linked(id) as (
    select p_person
    union
    select p.id from people p join linked l on p.same_as = l.id or p.id = (select same_as from people q where q.id = l.id)
  )
  select coalesce(array_agg(key), '{}') from (
    select 'person:' || p.id as key from people p join linked using (id)
    union
    select 'netbox:' || p.netbox || ':' || p.netbox_user_id from people p join linked using (id) where p.netbox is not null
  ) keys
$function$
CREATE OR REPLACE FUNCTION public.policy_completed(body jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select body || jsonb_build_object(
    'limits', '{"maxCreates": null, "maxUpdates": null, "maxDeletions": null}'::jsonb || coalesce(body -> 'limits', '{}'),
    'intent', coalesce(body -> 'intent', '{"allow": null}'),
    'protected', coalesce(body -> 'protected', '{"guests": []}'),
    'rules', coalesce(body -> 'rules', '{"addressFree": "refusal", "storageHasRoom": "refusal", "bridgeExists": "refusal"}'))
$function$
CREATE OR REPLACE FUNCTION public.policy_strength(key text, value jsonb)
 RETURNS double precision
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select case
    when key = 'intent.allow' then case value when 'null'::jsonb then 1 when '"allow-edit-and-add-actions"'::jsonb then 0 end
    when key like 'rules.%' then case value when '"refusal"'::jsonb then 1 when '"warning"'::jsonb then 0 end
    else case jsonb_typeof(value)
      when 'number' then value::text::float8
      when 'null' then case when key like 'limits.%' then float8 'Infinity' end
      when 'string' then array_position(array['refuse', 'shutdown', 'shutdown-then-stop'], value #>> '{}')::float8
    end * case when key in ('deletion.threshold', 'deletion.windowSeconds') then 1 else -1 end
  end
$function$
CREATE OR REPLACE FUNCTION public.policy_weakens(before jsonb, after jsonb)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  with former as (select policy_completed(before) as body)
  select coalesce(array_agg(key order by key), '{}')
  from former, unnest(array['deletion.threshold', 'deletion.windowSeconds', 'deletion.approveWithinSeconds', 'deletion.startWithinSeconds', 'deletion.maxPerHour', 'deletion.powerOff',
    'plan.expiresAfterSeconds', 'plan.startWithinSeconds', 'limits.maxCores', 'limits.maxMemoryMib', 'limits.maxCreates', 'limits.maxUpdates', 'limits.maxDeletions',
    'intent.allow', 'protected.guests', 'rules.addressFree', 'rules.storageHasRoom', 'rules.bridgeExists']) as keys(key)
  where case key
    when 'protected.guests' then coalesce(jsonb_typeof(after #> '{protected,guests}') <> 'array' or not (former.body #> '{protected,guests}') <@ (after #> '{protected,guests}'), true)
    else coalesce(policy_strength(key, after #> string_to_array(key, '.')) < policy_strength(key, former.body #> string_to_array(key, '.')), true)
  end
$function$
CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'SL001';
end $function$
CREATE OR REPLACE FUNCTION public.sluice_now()
 RETURNS timestamp with time zone
 LANGUAGE sql
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select clock_timestamp() + coalesce((select clock_shift from settings), interval '0')
$function$
CREATE OR REPLACE FUNCTION public.standing_approvals(p_request uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select count(*)::integer from deletion_reviews v
  join deletion_requests r on r.id = v.request_id
  join people p on p.id = v.reviewer
  where v.request_id = p_request and v.decision = 'approve' and v.digest = r.digest and p.active
    and exists (select 1 from person_permissions pp where pp.person_id = p.id and pp.permission = 'approve_deletion')
    and not person_keys(v.reviewer) && r.originators
    and not exists (select 1 from deletion_reviews o where o.request_id = v.request_id and o.decision = 'approve' and o.id < v.id and person_keys(o.reviewer) && person_keys(v.reviewer))
$function$

grant insert, select on adoptions to sluice_worker
grant select, update on apply_jobs to sluice_api
grant select on apply_jobs to sluice_deleter
grant select, update on apply_jobs to sluice_scheduler
grant insert, select, update on apply_jobs to sluice_worker
grant select on apply_lines to sluice_api
grant select on apply_lines to sluice_deleter
grant select on apply_lines to sluice_scheduler
grant insert, select on apply_lines to sluice_worker
grant select on apply_steps to sluice_api
grant select on apply_steps to sluice_deleter
grant select on apply_steps to sluice_scheduler
grant insert, select, update on apply_steps to sluice_worker
grant insert, select, update on clusters to sluice_api
grant insert, select, update on clusters to sluice_deleter
grant insert, select, update on clusters to sluice_scheduler
grant insert, select, update on clusters to sluice_worker
grant insert, select, update on deletion_requests to sluice_api
grant select, update on deletion_requests to sluice_deleter
grant select, update on deletion_requests to sluice_scheduler
grant insert, select, update on deletion_requests to sluice_worker
grant insert, select on deletion_reviews to sluice_api
grant select on deletion_reviews to sluice_deleter
grant select on deletion_reviews to sluice_scheduler
grant select on deletion_reviews to sluice_worker
grant select on effects to sluice_api
grant insert, select, update on effects to sluice_deleter
grant select on effects to sluice_scheduler
grant insert, select, update on effects to sluice_worker
grant insert, select, update on freezes to sluice_api
grant insert, select on freezes to sluice_deleter
grant select on freezes to sluice_scheduler
grant select on freezes to sluice_worker
grant insert, select on gate_answers to sluice_api
grant select on gate_answers to sluice_deleter
grant select on gate_answers to sluice_scheduler
grant select on gate_answers to sluice_worker
grant insert, select, update on guest_claims to sluice_api
grant select, update on guest_claims to sluice_deleter
grant select, update on guest_claims to sluice_scheduler
grant insert, select, update on guest_claims to sluice_worker
grant select on guest_links to sluice_api
grant select, update on guest_links to sluice_deleter
grant select on guest_links to sluice_scheduler
grant insert, select, update on guest_links to sluice_worker
grant insert, select on hook_deliveries to sluice_api
grant select on hook_deliveries to sluice_deleter
grant select on hook_deliveries to sluice_scheduler
grant select on hook_deliveries to sluice_worker
grant select on journal_entries to sluice_api
grant select on journal_entries to sluice_deleter
grant select on journal_entries to sluice_scheduler
grant select on journal_entries to sluice_worker
grant select on journal_head to sluice_api
grant select on journal_head to sluice_deleter
grant select on journal_head to sluice_scheduler
grant select on journal_head to sluice_worker
grant select on merges to sluice_api
grant select on merges to sluice_deleter
grant select on merges to sluice_scheduler
grant insert, select, update on merges to sluice_worker
grant select on people to sluice_api
grant select on people to sluice_deleter
grant select on people to sluice_scheduler
grant select on people to sluice_worker
grant select on person_permissions to sluice_api
grant select on person_permissions to sluice_deleter
grant select on person_permissions to sluice_scheduler
grant select on person_permissions to sluice_worker
grant insert, select on plan_requests to sluice_api
grant select on plan_requests to sluice_deleter
grant insert, select on plan_requests to sluice_scheduler
grant insert, select, update on plan_requests to sluice_worker
grant select, update on plan_states to sluice_api
grant select on plan_states to sluice_deleter
grant select, update on plan_states to sluice_scheduler
grant insert, select, update on plan_states to sluice_worker
grant select on plans to sluice_api
grant select on plans to sluice_deleter
grant select on plans to sluice_scheduler
grant insert, select on plans to sluice_worker
grant insert, select, update on policy_proposals to sluice_api
grant select on policy_proposals to sluice_deleter
grant select on policy_proposals to sluice_scheduler
grant select on policy_proposals to sluice_worker
grant insert, select on policy_versions to sluice_api
grant select on policy_versions to sluice_deleter
grant select on policy_versions to sluice_scheduler
grant select on policy_versions to sluice_worker
grant select on rights_checks to sluice_api
grant insert, select, update on rights_checks to sluice_deleter
grant select on rights_checks to sluice_scheduler
grant insert, select, update on rights_checks to sluice_worker
grant select on service_tokens to sluice_api
grant select on service_tokens to sluice_deleter
grant select on service_tokens to sluice_scheduler
grant select on service_tokens to sluice_worker
grant delete, insert, select on sessions to sluice_api
grant select on settings to sluice_api
grant select on settings to sluice_deleter
grant select on settings to sluice_scheduler
grant select on settings to sluice_worker
grant select on tombstones to sluice_api
grant select on tombstones to sluice_deleter
grant select on tombstones to sluice_scheduler
grant insert, select on tombstones to sluice_worker
grant insert, select on used_nonces to sluice_api
grant select on used_nonces to sluice_deleter
grant delete, select on used_nonces to sluice_scheduler
grant select on used_nonces to sluice_worker
grant select on vmid_ledger to sluice_api
grant insert, select on vmid_ledger to sluice_deleter
grant select on vmid_ledger to sluice_scheduler
grant insert, select on vmid_ledger to sluice_worker

function announce_job() may be executed by everybody
function check_acknowledgement() may be executed by everybody
function check_deletion_request() may be executed by everybody
function check_effect() may be executed by everybody
function check_job_state() may be executed by everybody
function check_plan_expiries() may be executed by everybody
function check_plan_state() may be executed by everybody
function check_policy_proposal() may be executed by everybody
function check_policy_version() may be executed by everybody
function check_policy_weakening() may be executed by everybody
function check_review() may be executed by everybody
function check_unfreeze() may be executed by everybody
function holder_fence(text,uuid) may be executed by everybody
function is_frozen() may be executed by everybody
function journal_append(text,text,text,text) may be executed by sluice_api, sluice_deleter, sluice_scheduler, sluice_worker
function keep_effect() may be executed by everybody
function person_keys(uuid) may be executed by everybody
function policy_completed(jsonb) may be executed by everybody
function policy_strength(text,jsonb) may be executed by everybody
function policy_weakens(jsonb,jsonb) may be executed by everybody
function refuse_change() may be executed by everybody
function sluice_now() may be executed by everybody
function standing_approvals(uuid) may be executed by everybody
