import { asProblem } from "@madoguchi/client";
import { Badge, Button, Confirm, IconButton, Menu, Nothing, notify, SelectField, type MenuAction, type Tone } from "@madoguchi/ui";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState, type ReactNode } from "react";
import { BoardFilters } from "../../shared/Board.tsx";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import { problemText, useT } from "../../shared/text.tsx";
import { ImportDialog } from "./ImportDialog.tsx";
import { roleName } from "../../shared/people.ts";
import { LinkDialog } from "./LinkDialog.tsx";
import { PAGE_SIZE, peopleApi, readPeopleSearch, skillRows, type MadeLink, type PeopleSearch, type Person, type PersonOptions, type Team } from "./model.ts";
import { TeamDialog } from "./TeamDialog.tsx";
import { TeamTree } from "./TeamTree.tsx";
import { useForm } from "../../shared/form.ts";
import { UserDialog } from "./UserDialog.tsx";

type Open = { kind: "user"; person: Person | null } | { kind: "team"; team: Team | null } | { kind: "import" } | { kind: "active"; person: Person } | null;

const NO_OPTIONS: PersonOptions = { roles: [], teams: [], skills: [], places: [], everybody: false, mails: false };

/** Settings > Users & teams: the tree of teams, and the users directly in the chosen one, or all. */
export function UsersPage(): ReactNode {
  const t = useT();
  const { api: portal, can } = useServices();
  const api = useMemo(() => peopleApi(portal.http), [portal]);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const found: unknown = useSearch({ strict: false });
  const search = useMemo(() => readPeopleSearch(found as Record<string, unknown>), [found]);
  const change = (by: PeopleSearch): void => {
    const after: Record<string, unknown> = { ...search, page: 1, ...by };
    const kept = Object.entries(after).filter(([, value]) => value !== undefined && value !== "" && value !== 1);
    void navigate({ to: ".", replace: true, search: Object.fromEntries(kept) });
  };
  const users = useQuery({ queryKey: ["people", "users", search], queryFn: () => api.find(search), placeholderData: keepPreviousData });
  const options = useQuery({ queryKey: ["people", "options"], queryFn: api.options });
  const teams = useQuery({ queryKey: ["people", "teams"], queryFn: api.teams, enabled: can("teams.view") });
  const [open, setOpen] = useState<Open>(null);
  const [link, setLink] = useState<{ link: MadeLink; name: string } | null>(null);
  const removal = useForm();
  const choices = options.data ?? NO_OPTIONS;
  const tree = teams.data?.teams ?? [];
  const chosen = tree.find((team) => team.id === search.team);
  const edits = can("users.edit");
  const again = (): void => void queries.invalidateQueries({ queryKey: ["people"] });
  const done = (): void => {
    setOpen(null);
    again();
  };
  const attempt = (work: () => Promise<void>): void => {
    work().catch((error: unknown) => notify({ title: problemText(t, asProblem(error)), error: true }));
  };
  const pages = Math.max(1, Math.ceil((users.data?.total ?? 0) / PAGE_SIZE));
  const page = search.page ?? 1;

  const actions = (person: Person): MenuAction[] => [
    { id: "edit", label: t("people.edit"), icon: "settings", onSelect: () => setOpen({ kind: "user", person }) },
    ...(person.active && person.invited
      ? [{ id: "invite", label: t("people.invite_again"), icon: "send" as const, onSelect: () => attempt(async () => setLink({ link: await api.invite(person.id), name: person.name })) }]
      : []),
    ...(person.active && !person.invited
      ? [{ id: "reset", label: t("people.reset_password"), icon: "lock" as const, onSelect: () => attempt(async () => setLink({ link: await api.resetPassword(person.id), name: person.name })) }]
      : []),
    ...(person.second_factor
      ? [
          {
            id: "factor",
            label: t("people.reset_factor"),
            icon: "refresh" as const,
            onSelect: () =>
              attempt(async () => {
                await api.resetSecondFactor(person.id);
                notify({ title: t("people.factor_gone", { name: person.name }) });
                again();
              }),
          },
        ]
      : []),
    person.active
      ? { id: "active", label: t("people.deactivate"), icon: "close", danger: true, onSelect: () => setOpen({ kind: "active", person }) }
      : {
          id: "active",
          label: t("people.reactivate"),
          icon: "check",
          onSelect: () =>
            attempt(async () => {
              await api.setActive(person.id, true);
              again();
            }),
        },
  ];

  return (
    <main className="board" id="main">
      <header className="board-head">
        <h1>{t("people.title")}</h1>
        <span className="figures">
          <Button icon="download" onClick={() => location.assign(api.exportUrl)}>
            {t("people.export")}
          </Button>
          {edits ? <Button onClick={() => setOpen({ kind: "import" })}>{t("people.import_short")}</Button> : null}
          {edits ? (
            <Button kind="primary" icon="user" disabled={options.data === undefined} onClick={() => setOpen({ kind: "user", person: null })}>
              {t("people.invite")}
            </Button>
          ) : null}
        </span>
      </header>
      <div className="people">
        {can("teams.view") ? (
          <section className="card teams" aria-label={t("people.teams")}>
            <header>
              <h2>{t("people.teams")}</h2>
              {can("teams.edit") ? (
                <>
                  {chosen === undefined ? null : (
                    <IconButton icon="settings" label={t("people.team_edit_of", { name: chosen.name })} onClick={() => setOpen({ kind: "team", team: chosen })} />
                  )}
                  <Button onClick={() => setOpen({ kind: "team", team: null })}>{t("people.team_add")}</Button>
                </>
              ) : null}
            </header>
            {teams.data === undefined ? (
              <Unanswered query={teams} lines={4} />
            ) : tree.length === 0 ? (
              <p className="none muted">{t("people.no_teams")}</p>
            ) : (
              <TeamTree teams={tree} chosen={search.team} onChoose={(team) => change({ team: team ?? "" })} />
            )}
          </section>
        ) : null}
        <div className="users">
          <BoardFilters
            search={search.q === undefined ? {} : { q: search.q }}
            onSearch={(by) => change({ q: by.q ?? "" })}
            placeholder={t("people.search")}
            withQueues={false}
          >
            <SelectField
              label={t("people.role")}
              hideLabel
              value={search.role ?? ""}
              onChange={(event) => change({ role: event.target.value })}
              options={[{ value: "", label: t("people.all_roles") }, ...choices.roles.map((role) => ({ value: role.id, label: roleName(t, role) }))]}
            />
            <SelectField
              label={t("people.status")}
              hideLabel
              value={search.status ?? "active"}
              onChange={(event) => change({ status: event.target.value as "active" })}
              options={(["active", "inactive", "all"] as const).map((value) => ({ value, label: t(`people.status.${value}`) }))}
            />
          </BoardFilters>
          {chosen === undefined ? null : (
            <p className="row">
              <span className="muted">{t("people.directly_in", { team: chosen.name })}</span>
              <Button kind="quiet" icon="close" onClick={() => change({ team: "" })}>
                {t("people.all_teams")}
              </Button>
            </p>
          )}
          {users.data === undefined ? (
            <Unanswered query={users} />
          ) : users.data.users.length === 0 ? (
            <Nothing icon="users" title={t("state.nothing_found")} />
          ) : (
            <UserTable users={users.data.users} options={choices} edits={edits} actions={actions} onOpen={(person) => setOpen({ kind: "user", person })} />
          )}
          {users.data !== undefined && pages > 1 ? (
            <nav className="row pages" aria-label={t("people.pages")}>
              <Button disabled={page <= 1} onClick={() => change({ page: page - 1 })}>
                {t("people.previous")}
              </Button>
              <span className="num">{t("people.page_of", { page, pages, total: users.data.total })}</span>
              <Button disabled={page >= pages} onClick={() => change({ page: page + 1 })}>
                {t("people.next")}
              </Button>
            </nav>
          ) : null}
        </div>
      </div>
      {open?.kind === "user" ? (
        <UserDialog
          key={`${open.person?.id ?? ""} ${open.person?.version ?? 0}`}
          api={api}
          options={choices}
          person={open.person}
          team={search.team}
          onClose={() => setOpen(null)}
          onReload={() => {
            const { person } = open;
            if (person === null) return;
            void api.one(person.id).then((fresh) => setOpen({ kind: "user", person: fresh }), done);
            again();
          }}
          onSaved={(made, name) => {
            done();
            if (made !== null) setLink({ link: made, name });
          }}
        />
      ) : null}
      {open?.kind === "team" ? (
        <TeamDialog
          api={api}
          teams={tree}
          team={open.team}
          parent={search.team}
          everybody={choices.everybody}
          onClose={() => setOpen(null)}
          onChanged={(gone) => {
            done();
            if (gone) change({ team: "" });
          }}
        />
      ) : null}
      {open?.kind === "import" ? <ImportDialog api={api} onClose={() => setOpen(null)} onDone={again} /> : null}
      <LinkDialog link={link?.link ?? null} name={link?.name ?? ""} onClose={() => setLink(null)} />
      <Confirm
        open={open?.kind === "active"}
        onCancel={() => {
          removal.clear();
          setOpen(null);
        }}
        onConfirm={() =>
          void removal.submit(async () => {
            if (open?.kind === "active") await api.setActive(open.person.id, false);
            done();
          })
        }
        title={t("people.deactivate_of", { name: open?.kind === "active" ? open.person.name : "" })}
        confirmLabel={t("people.deactivate")}
        cancelLabel={t("action.cancel")}
        busy={removal.busy}
        error={removal.error}
      >
        {t("people.deactivate_text")}
      </Confirm>
    </main>
  );
}

function UserTable(props: {
  users: readonly Person[];
  options: PersonOptions;
  edits: boolean;
  actions: (person: Person) => MenuAction[];
  onOpen: (person: Person) => void;
}): ReactNode {
  const t = useT();
  const roles = new Map(props.options.roles.map((role) => [role.id, role]));
  const teams = new Map(props.options.teams.map((team) => [team.id, team.path.replaceAll(":", " › ")]));
  return (
    <div className="plain-table card" tabIndex={0} role="region" aria-label={t("people.users")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("people.name")}</th>
            <th scope="col">{t("people.email")}</th>
            <th scope="col">{t("people.roles")}</th>
            <th scope="col">{t("people.teams")}</th>
            <th scope="col">{t("people.skills")}</th>
            <th scope="col">{t("people.status")}</th>
            <th scope="col">
              <span className="visually-hidden">{t("column.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.users.map((person) => (
            <tr key={person.id}>
              <td>
                {person.editable ? (
                  <button type="button" className="link" onClick={() => props.onOpen(person)}>
                    {person.name}
                  </button>
                ) : (
                  person.name
                )}
                {person.agent_number === null ? null : <div className="muted num">{person.agent_number}</div>}
              </td>
              <td>{person.email}</td>
              <td>
                <span className="badges">
                  {person.roles.map((id) => {
                    const role = roles.get(id);
                    return role === undefined ? null : (
                      <Badge key={id} tone={role.colour as Tone}>
                        {roleName(t, role)}
                      </Badge>
                    );
                  })}
                </span>
              </td>
              <td>
                {[
                  ...person.teams.map((team) => teams.get(team)),
                  ...person.manages.map((team) => (teams.has(team) ? t("people.manages", { team: teams.get(team) ?? "" }) : undefined)),
                ]
                  .filter((one) => one !== undefined)
                  .join(", ") || "–"}
              </td>
              <td>
                {skillRows(person.skills)
                  .map((row) => `${row.skill} ${row.level}`)
                  .join(", ") || "–"}
              </td>
              <td>
                <Status person={person} />
              </td>
              <td className="end">
                {person.editable && props.edits ? (
                  <Menu
                    trigger={<IconButton icon="more" label={t("action.for", { name: person.name })} />}
                    groups={[{ kind: "actions", items: props.actions(person) }]}
                  />
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Status({ person }: { person: Person }): ReactNode {
  const t = useT();
  if (!person.active) return <Badge tone="muted" glyph="○">{t("people.status.inactive")}</Badge>;
  if (person.invited) return <Badge tone="warning" glyph="◌">{t("people.status.invited")}</Badge>;
  return <Badge tone="ok" glyph="●">{t("people.status.active")}</Badge>;
}
