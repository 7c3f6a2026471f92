// Every text of the console, in both languages.
const texts = {
  leads: { zh: "线索", en: "Leads" },
  docks: { zh: "机场", en: "Docks" },
  confirm: { zh: "确认", en: "Confirm" },
  reject: { zh: "排除", en: "Reject" },
  home: { zh: "返航", en: "Return home" },
  you: { zh: "姓名", en: "Your name" },
  simulated: { zh: "模拟", en: "simulated" },
  cell: { zh: "单元网格", en: "Grid cell" },
  position: { zh: "位置", en: "Position" },
  score: { zh: "置信度", en: "Score" },
  event: { zh: "事件代码", en: "Event code" },
  flight: { zh: "架次", en: "Flight" },
  captured: { zh: "拍摄时间", en: "Captured" },
  by: { zh: "处理人", en: "Decided by" },
  none: { zh: "选择一条线索查看证据", en: "Choose a lead to see its evidence" },
  empty: { zh: "还没有线索", en: "No leads yet" },
  keys: { zh: "↑↓ 选择，C 确认，X 排除", en: "↑↓ choose, C confirm, X reject" },
  candidate: { zh: "待审", en: "candidate" },
  confirmed: { zh: "已确认", en: "confirmed" },
  rejected: { zh: "已排除", en: "rejected" },
  "illegal-structure": { zh: "违法建筑", en: "illegal structure" },
  "street-stall": { zh: "乱设摊", en: "street stall" },
  "muck-truck": { zh: "渣土车", en: "muck truck" },
  idle: { zh: "待命", en: "idle" },
  offline: { zh: "离线", en: "offline" },
  preparing: { zh: "准备", en: "preparing" },
  flying: { zh: "飞行", en: "flying" },
  returning: { zh: "返航中", en: "returning" },
  done: { zh: "完成", en: "done" },
  cancelled: { zh: "已取消", en: "cancelled" },
  failed: { zh: "失败", en: "failed" },
  frame: { zh: "证据帧", en: "Evidence frame" },
} as const;

export type Lang = "zh" | "en";
export type Key = keyof typeof texts;
export const say = (lang: Lang) => (key: string) => texts[key as Key]?.[lang] ?? key;
export type Say = ReturnType<typeof say>;
