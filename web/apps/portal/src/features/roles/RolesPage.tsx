import type { Http } from "@madoguchi/client";
import type { components } from "@madoguchi/protocol";
import { Badge, Bar, Button, Check, Confirm, SelectField, TextField, type Tone } from "@madoguchi/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState, type ReactNode } from "react";
import { FormError } from "../../shared/FormError.tsx";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import { isTextKey, useT, type T } from "../../shared/text.tsx";
import { roleName } from "../../shared/people.ts";
import { useForm } from "../../shared/form.ts";
import { granted, reordered, type Scope } from "./model.ts";

type Schemas = components["schemas"];
type Role = Schemas["RoleOut"];
type RoleDraft = Required<Schemas["RoleIn"]>;
type Page = Schemas["PageOut"];

const COLOURS = ["ok", "info", "warning", "danger", "violet", "muted"] as const;
const NEW = "new";

function rolesApi(http: Http) {
  return {
    list: (): Promise<Schemas["RolesOut"]> => http.get("/roles"),
    create: (draft: RoleDraft): Promise<Role> => http.post("/roles", draft),
    change: (role: string, draft: RoleDraft & { version: number }): Promise<void> => http.put(`/roles/${encodeURIComponent(role)}`, draft),
    delete: (role: string): Promise<void> => http.delete(`/roles/${encodeURIComponent(role)}`),
    order: (roles: string[]): Promise<void> => http.put("/roles/order", { roles }),
  };
}

function pageName(t: T, page: Page): string {
  const key = `roles.page.${page.key}`;
  return isTextKey(key) ? t(key) : page.key;
}

/** Settings > Roles: the list, and what the chosen role may do, page by page. */
export function RolesPage(): ReactNode {
  const t = useT();
  const { api: portal, can } = useServices();
  const api = useMemo(() => rolesApi(portal.http), [portal]);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const found: unknown = useSearch({ strict: false });
  const { role: wanted } = found as { role?: unknown };
  const query = useQuery({ queryKey: ["people", "roles"], queryFn: api.list });
  const [copy, setCopy] = useState<Role | null>(null);
  const [attempt, setAttempt] = useState(0);
  const order = useForm();
  const choose = (role: string): void => void navigate({ to: ".", replace: true, search: { role } });
  if (query.data === undefined) {
    return (
      <main className="board" id="main">
        <h1>{t("roles.title")}</h1>
        <Unanswered query={query} />
      </main>
    );
  }
  const { roles, pages, max_custom: most } = query.data;
  const chosen = wanted === NEW ? null : (roles.find((role) => role.id === wanted) ?? roles[0]);
  const edits = can("roles.edit");
  const full = roles.filter((role) => !role.default).length >= most;
  const again = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ["people"] });
  };
  const move = (role: string, by: number): void =>
    void order.submit(async () => {
      await api.order(reordered(roles.map((one) => one.id), role, by));
      await again();
    });
  return (
    <main className="board" id="main">
      <header className="board-head">
        <h1>{t("roles.title")}</h1>
        {edits ? (
          <span className="figures">
            <Button
              kind="primary"
              disabled={full}
              title={full ? t("roles.full", { count: most }) : undefined}
              onClick={() => {
                setCopy(null);
                choose(NEW);
              }}
            >
              {t("roles.add")}
            </Button>
          </span>
        ) : null}
      </header>
      {order.error === null ? null : (
        <Bar tone="danger" icon="warning" role="alert">
          {order.error}
        </Bar>
      )}
      <div className="people">
        <nav className="card teams" aria-label={t("roles.list")}>
          <ul className="role-list">
            {roles.map((role) => (
              <li key={role.id}>
                <button type="button" aria-current={role.id === chosen?.id ? "true" : undefined} onClick={() => choose(role.id)}>
                  <Badge tone={role.colour as Tone}>{role.default ? roleName(t, role) : role.label}</Badge>
                  <span className="text">{role.default ? "" : role.name}</span>
                  <span className="num muted">{t("roles.users", { count: role.users })}</span>
                </button>
              </li>
            ))}
          </ul>
        </nav>
        <RoleEditor
          key={`${chosen?.id ?? `new ${copy?.id ?? ""}`} ${attempt}`}
          api={api}
          role={chosen ?? null}
          copy={copy}
          roles={roles}
          pages={pages}
          edits={edits}
          onReload={() => void again().then(() => setAttempt((before) => before + 1))}
          onSaved={async (id) => {
            await again();
            setAttempt((before) => before + 1);
            choose(id);
          }}
          onCopy={(role) => {
            setCopy(role);
            choose(NEW);
          }}
          onMove={move}
        />
      </div>
    </main>
  );
}

function draftOf(t: T, role: Role | null, copy: Role | null): RoleDraft {
  const from = role ?? copy;
  if (from === null) return { name: "", label: "", colour: "info", grants: {}, assignable: [], second_factor: false };
  const grants = Object.fromEntries(Object.entries(from.grants).filter(([right]) => role !== null || right !== "desk"));
  return {
    name: role === null ? t("roles.copy_of", { name: roleName(t, from) }).slice(0, 20) : from.name,
    label: role === null ? roleName(t, from).slice(0, 16) : from.label,
    colour: from.colour,
    grants: grants as Record<string, Scope>,
    assignable: from.assignable ?? null,
    second_factor: from.second_factor,
  };
}

function RoleEditor(props: {
  api: ReturnType<typeof rolesApi>;
  role: Role | null;
  copy: Role | null;
  roles: readonly Role[];
  pages: readonly Page[];
  edits: boolean;
  onSaved: (id: string) => Promise<void>;
  /** Shows the role as it is now. */
  onReload: () => void;
  onCopy: (role: Role) => void;
  onMove: (role: string, by: number) => void;
}): ReactNode {
  const t = useT();
  const { role, pages } = props;
  const [draft, setDraft] = useState<RoleDraft>(() => draftOf(t, role, props.copy));
  // As it was when the form was filled in: the list may bring a newer one meanwhile.
  const [version] = useState(role?.version ?? 0);
  const [search, setSearch] = useState("");
  const [asking, setAsking] = useState(false);
  const form = useForm();
  const removal = useForm();
  const set = (change: Partial<RoleDraft>): void => setDraft((before) => ({ ...before, ...change }));
  const fixed = role?.fixed === true || !props.edits;
  const shown = pages.filter((page) => `${pageName(t, page)} ${page.key}`.toLowerCase().includes(search.trim().toLowerCase()));
  const grants = draft.grants as Record<string, Scope>;
  const changed = role === null || JSON.stringify(draft) !== JSON.stringify(draftOf(t, role, null));
  const handsOut = pages.some((page) => page.hands_out_roles && (page.edit ?? "") in grants);
  const title = role === null ? t("roles.new") : roleName(t, role);
  const save = (): void =>
    void form.submit(
      async () => {
        if (role === null) await props.onSaved((await props.api.create(draft)).id);
        else {
          await props.api.change(role.id, { ...draft, version });
          await props.onSaved(role.id);
        }
      },
      ["name", "label", "colour"],
    );
  return (
    <section className="card role" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {role === null ? null : <span className="muted">{t("roles.affected", { count: role.users })}</span>}
        <span className="space" />
        {role === null || !props.edits ? null : (
          <>
            <Button onClick={() => props.onMove(role.id, -1)}>{t("people.move_up")}</Button>
            <Button onClick={() => props.onMove(role.id, 1)}>{t("people.move_down")}</Button>
            <Button onClick={() => props.onCopy(role)}>{t("roles.duplicate")}</Button>
            {role.default ? null : (
              <Button kind="danger" onClick={() => setAsking(true)}>
                {t("people.delete")}
              </Button>
            )}
          </>
        )}
      </header>
      <FormError form={form} onReload={props.onReload} />
      {role?.fixed === true ? (
        <Bar tone="info" icon="lock" role="status">
          {t(role.id === "agent" ? "roles.fixed_agent" : "roles.fixed_admin")}
        </Bar>
      ) : null}
      <div className="form two">
        <TextField
          label={t("roles.name")}
          maxLength={20}
          value={role?.default === true ? roleName(t, role) : draft.name}
          readOnly={role?.default === true || !props.edits}
          onChange={(event) => set({ name: event.target.value })}
          error={form.errorOf("name")}
        />
        <TextField
          label={t("roles.label")}
          maxLength={16}
          value={draft.label}
          readOnly={fixed}
          onChange={(event) => set({ label: event.target.value })}
          error={form.errorOf("label")}
        />
        <SelectField
          label={t("roles.colour")}
          value={draft.colour}
          disabled={fixed}
          onChange={(event) => set({ colour: event.target.value })}
          options={COLOURS.map((colour) => ({ value: colour, label: t(`roles.colour.${colour}`) }))}
        />
        <Check
          label={t("roles.second_factor")}
          checked={draft.second_factor}
          disabled={!props.edits}
          onChange={(event) => set({ second_factor: event.target.checked })}
        />
      </div>
      <TextField label={t("roles.search")} hideLabel type="search" placeholder={t("roles.search")} value={search} onChange={(event) => setSearch(event.target.value)} />
      <div className="plain-table matrix" tabIndex={0} role="region" aria-label={t("roles.permissions")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("roles.page")}</th>
              <th scope="col">{t("roles.view")}</th>
              <th scope="col">{t("roles.edit")}</th>
              <th scope="col">{t("roles.scope")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((page) => (
              <Row key={page.key} page={page} grants={grants} disabled={fixed} onChange={(after) => set({ grants: after })} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 ? <p className="none muted">{t("state.nothing_found")}</p> : null}
      </div>
      {handsOut ? (
        <fieldset className="choices wide-choices">
          <legend>{t("roles.assignable")}</legend>
          <Check
            label={t("roles.assignable_all")}
            checked={draft.assignable === null}
            disabled={fixed}
            onChange={(event) => set({ assignable: event.target.checked ? null : [] })}
          />
          {draft.assignable === null
            ? null
            : props.roles.map((one) => (
                <Check
                  key={one.id}
                  label={roleName(t, one)}
                  checked={draft.assignable?.includes(one.id) === true}
                  disabled={fixed}
                  onChange={(event) => {
                    const rest = (draft.assignable ?? []).filter((id) => id !== one.id);
                    set({ assignable: event.target.checked ? [...rest, one.id] : rest });
                  }}
                />
              ))}
        </fieldset>
      ) : null}
      {props.edits ? (
        <footer className="row">
          {changed && role !== null ? <span className="muted">{t("roles.unsaved", { count: role.users })}</span> : null}
          <span className="space" />
          {role === null ? null : (
            <Button disabled={!changed} onClick={() => setDraft(draftOf(t, role, null))}>
              {t("action.discard")}
            </Button>
          )}
          <Button kind="primary" busy={form.busy} disabled={!changed} onClick={save}>
            {t("people.save")}
          </Button>
        </footer>
      ) : null}
      <Confirm
        open={asking}
        onCancel={() => {
          removal.clear();
          setAsking(false);
        }}
        onConfirm={() =>
          void removal.submit(async () => {
            if (role !== null) await props.api.delete(role.id);
            await props.onSaved("");
          })
        }
        title={t("roles.delete", { name: title })}
        confirmLabel={t("people.delete")}
        cancelLabel={t("action.cancel")}
        busy={removal.busy}
        error={removal.error}
      >
        {t("roles.delete_text")}
      </Confirm>
    </section>
  );
}

function Row(props: { page: Page; grants: Record<string, Scope>; disabled: boolean; onChange: (grants: Record<string, Scope>) => void }): ReactNode {
  const t = useT();
  const { page, grants } = props;
  const name = pageName(t, page);
  const cell = (right: string | null | undefined, what: "view" | "edit"): ReactNode =>
    right === null || right === undefined ? (
      <span className="muted">–</span>
    ) : (
      <input
        type="checkbox"
        aria-label={t(`roles.${what}_of`, { page: name })}
        checked={right in grants}
        disabled={props.disabled}
        onChange={(event) => props.onChange(granted(page, grants, what, event.target.checked))}
      />
    );
  const scope = grants[page.edit ?? ""] ?? grants[page.view ?? ""];
  return (
    <tr>
      <td>
        {name} {page.key === "monitor_chats" ? <span className="mono muted">Monitor-Chats-Edit</span> : null}
      </td>
      <td>{cell(page.view, "view")}</td>
      <td>{cell(page.edit, "edit")}</td>
      <td>
        {page.scoped && scope !== undefined ? (
          <SelectField
            label={t("roles.scope_of", { page: name })}
            hideLabel
            value={scope}
            disabled={props.disabled}
            onChange={(event) => {
              const to = event.target.value as Scope;
              const mine = [page.view, page.edit].filter((right): right is string => (right ?? "") in grants);
              props.onChange({ ...grants, ...Object.fromEntries(mine.map((right) => [right, to])) });
            }}
            options={[
              { value: "all", label: t("roles.scope.all") },
              { value: "assigned_teams", label: t("roles.scope.assigned_teams") },
            ]}
          />
        ) : (
          <span className="muted">{scope === undefined ? "–" : t("roles.scope.all")}</span>
        )}
      </td>
    </tr>
  );
}
