import { Alert, Button, Dropdown, Segmented, Spin } from "antd";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { useDocks } from "./api";
import { type Lang, speak, useText } from "./i18n";
import { useLive } from "./live";
import { inks, Mark } from "./parts/State";
import { has, useLogin, useLogout, useMe } from "./session";
import { useDark } from "./theme";

const pages = ["fleet", "plan", "review", "leads", "register", "index", "system"] as const;
const Notices = lazy(() => import("./parts/Notices"));
const demoRoles = ["admin", "operator", "analyst", "legal", "viewer"] as const;

/** What is around every page: where one is, who one is, and whether the server is heard. */
export function Shell() {
  const { t, word, lang } = useText();
  const { dark, setDark } = useDark();
  const me = useMe();
  const at = useLocation().pathname;
  const go = useNavigate();
  const login = useLogin();
  const logout = useLogout();
  const inside = me.data !== undefined && me.data.name !== "";
  const outside = at === "/login" || at === "/setup";
  const [notices, setNotices] = useState(false);
  const heard = useLive(inside && !outside);
  useEffect(() => {
    if (me.data && !inside && !outside) void go({ to: "/login" });
  }, [me.data, inside, outside, go]);
  const languages = (
    <Segmented
      size="small"
      value={lang}
      aria-label={t("language")}
      options={[
        { value: "zh", label: "中文" },
        { value: "en", label: "English" },
      ]}
      onChange={(v) => speak(v as Lang)}
    />
  );
  if (me.isPending) return <Spin fullscreen description={t("loading")} />;
  if (me.isError && !me.data) // while it is away for a moment, what is open stays
    return (
      <main className="alone">
        <Alert type="error" showIcon title={t("server-away")} description={me.error.message} action={<Button onClick={() => me.refetch()}>{t("try-again")}</Button>} />
      </main>
    );
  if (outside || !inside)
    return (
      <div className="outside">
        <header>
          <strong>Harrier</strong>
          <span className="grow" />
          {languages}
        </header>
        <Suspense fallback={<Spin />}>
          <Outlet />
        </Suspense>
      </div>
    );
  const mine = pages.filter((p) => p !== "review" || has(me.data, "analyst", "legal"));
  return (
    <div className="shell">
      <header>
        <strong>Harrier</strong>
        <nav aria-label={t("pages")}>
          {mine.map((p) => (
            <Link key={p} to={`/${p}`} className="page-link" activeProps={{ "aria-current": "page" }}>
              {t(`page-${p}`)}
            </Link>
          ))}
        </nav>
        <span className="grow" />
        <Simulated />
        {me.data.demo && <Mark ink={inks.violet}>{t("demo-mode")}</Mark>}
        <Button size="small" type="text" className="on-dark" aria-pressed={dark} aria-label={t("dark")} onClick={() => setDark(!dark)}>
          {dark ? "☀" : "☾"}
        </Button>
        {languages}
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [
              { key: "roles", disabled: true, label: (me.data.roles ?? []).map((r) => word(`role-${r}`)).join(lang === "zh" ? "、" : ", ") },
              ...((me.data.subdistricts ?? []).length > 0 ? [{ key: "where", disabled: true, label: (me.data.subdistricts ?? []).join(", ") }] : []),
              ...(me.data.demo ? demoRoles.map((r) => ({ key: `as-${r}`, label: `${t("demo-as")} ${t(`role-${r}`)}`, onClick: () => login.mutate({ name: r, password: "" }) })) : []),
              { key: "notices", label: t("notices"), onClick: () => setNotices(true) },
              { key: "out", label: t("log-out"), onClick: () => logout.mutate() },
            ],
          }}
        >
          <Button size="small" className="me">
            {me.data.name}
          </Button>
        </Dropdown>
      </header>
      {notices && (
        <Suspense>
          <Notices onBack={() => setNotices(false)} />
        </Suspense>
      )}
      {!heard && <Alert banner type="warning" title={t("not-heard")} />}
      <div className="page">
        <Suspense fallback={<Spin />}>
          <Outlet />
        </Suspense>
      </div>
    </div>
  );
}

function Simulated() {
  const { t } = useText();
  return useDocks().data?.some((d) => d.simulated) ? <Mark ink={inks.amber}>{t("simulated")}</Mark> : null;
}
