import { App, ConfigProvider, theme } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { useText } from "./i18n";

type Dark = { dark: boolean; setDark: (dark: boolean) => void };
const Context = createContext<Dark>({ dark: false, setDark: () => {} });

/** Whether the page is dark, as for a control room at night. */
export const useDark = () => useContext(Context);

export function Theme({ children }: { children: ReactNode }) {
  const { lang } = useText();
  const [dark, setDark] = useState(() => (localStorage.getItem("dark") ?? String(matchMedia("(prefers-color-scheme: dark)").matches)) === "true");
  useEffect(() => {
    localStorage.setItem("dark", String(dark));
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  }, [dark]);
  return (
    <Context.Provider value={{ dark, setDark }}>
      <ConfigProvider
        locale={lang === "zh" ? zhCN : enUS}
        button={{ autoInsertSpace: false }}
        theme={{
          algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
          token: { fontFamily: "'Noto Sans SC', system-ui, sans-serif", colorPrimary: dark ? "#1d8f8c" : "#0b6e6e", colorError: dark ? "#ff7d90" : "#b0162b", colorLink: dark ? "#4fd0cb" : "#0b6e6e", colorTextDescription: dark ? "#a9b4b6" : "#5b6467", colorTextPlaceholder: dark ? "#98a4a6" : "#6b7376" },
          components: { Descriptions: { labelColor: dark ? "#a9b4b6" : "#5b6467" }, Tabs: { itemSelectedColor: dark ? "#4fd0cb" : "#0b6e6e" }, Spin: { colorPrimary: dark ? "#4fd0cb" : "#0b6e6e" } },
        }}
      >
        <App>{children}</App>
      </ConfigProvider>
    </Context.Provider>
  );
}
