/** Times are the district's, whatever the browser's are. */
export const zone = "Asia/Shanghai";

const format = (o: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("zh-CN", { timeZone: zone, hour12: false, ...o });
const clockOf = format({ hour: "2-digit", minute: "2-digit" });
const momentOf = format({ month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
const fullOf = format({ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayOf = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });

export const clock = (t: string | Date) => clockOf.format(new Date(t));
export const moment = (t: string | Date) => momentOf.format(new Date(t));
export const full = (t: string | Date) => fullOf.format(new Date(t));
/** As 2026-12-01. */
export const day = (t: string | Date) => dayOf.format(new Date(t));
/** The moment of a time (09:30) of a day. */
export const momentAt = (date: string, time: string) => new Date(`${date}T${time}:00+08:00`);
