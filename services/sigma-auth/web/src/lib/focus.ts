import { tick } from 'svelte';

/** After a form was refused: puts the cursor where the first correction is needed. */
export async function focusFirstMistake(form: EventTarget | null): Promise<void> {
  await tick();
  (form as HTMLElement | null)?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
