import { useGiveUp, useWorks, type Work } from "../api";
import { has, useMe } from "../session";
import { Wrong } from "./Trouble";
import { Working } from "./Working";

/** What takes long just now, of one kind: whoever has it done, and administrators, may give it up. */
export function Works({ kind, of, label }: { kind: Work["kind"]; of?: string; label: (w: Work) => string }) {
  const me = useMe().data;
  const giveUp = useGiveUp();
  return (
    <>
      {useWorks(kind)
        .filter((w) => of === undefined || w.of === of)
        .map((w) => (
          <Working key={w.id} label={label(w)} share={w.share} onCancel={w.by === me?.name || has(me, "admin") ? () => giveUp.mutate(w.id) : undefined} />
        ))}
      <Wrong of={giveUp} />
    </>
  );
}
