type Formats = { [F in "clock" | "moment" | "full" | "day"]: Intl.DateTimeFormat };

const formatsOf = (timeZone: string): Formats => {
  const of = (locale: string, o: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone, hour12: false, ...o });
  const day = { month: "2-digit", day: "2-digit" } as const;
  const minute = { hour: "2-digit", minute: "2-digit" } as const;
  return {
    clock: of("zh-CN", minute),
    moment: of("zh-CN", { ...day, ...minute }),
    full: of("zh-CN", { year: "numeric", ...day, ...minute, second: "2-digit" }),
    day: of("en-CA", { year: "numeric", ...day }),
  };
};

// times are the district's, whatever the browser's are: those of the server's configuration
export let zone = "Asia/Shanghai";
let formats = formatsOf(zone);
export const setZone = (of: string) => {
  zone = of;
  formats = formatsOf(of);
};

export const clock = (t: string | Date) => formats.clock.format(new Date(t));
export const moment = (t: string | Date) => formats.moment.format(new Date(t));
export const full = (t: string | Date) => formats.full.format(new Date(t));
/** As 2026-12-01. */
export const day = (t: string | Date) => formats.day.format(new Date(t));
