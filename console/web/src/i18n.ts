import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import { type Key, texts } from "./texts";

export type Lang = "zh" | "en";

const of = (lang: Lang) => ({ translation: Object.fromEntries(Object.entries(texts).map(([k, v]) => [k, v[lang]])) });

const chosen = () => {
  const said = localStorage.getItem("lang");
  return said === "en" || said === "zh" ? said : "zh"; // Chinese first
};

void i18next.use(initReactI18next).init({
  lng: chosen(),
  fallbackLng: false,
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
  resources: { zh: of("zh"), en: of("en") },
});
document.documentElement.lang = i18next.language;

export function speak(lang: Lang) {
  localStorage.setItem("lang", lang);
  document.documentElement.lang = lang;
  void i18next.changeLanguage(lang);
}

/** A text of the console, by its key. */
export type Say = (key: Key, values?: Record<string, string | number>) => string;

/** The texts in the language that is chosen; word() is for what comes from the server: a name that has no text stands for itself. */
export function useText() {
  const { t, i18n } = useTranslation();
  const say: Say = (key, values) => t(key, values ?? {});
  const word = (name: string) => (name in texts ? t(name) : name);
  return { t: say, word, lang: i18n.language as Lang };
}
