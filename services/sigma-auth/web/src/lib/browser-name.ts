import Bowser from 'bowser';

/** "Firefox · Linux", for people to recognise; undefined when nobody said. */
export function browserName(userAgent: string | null | undefined): string | undefined {
  if (!userAgent) return undefined;
  const { browser, os } = Bowser.parse(userAgent);
  return [browser.name, os.name].filter(Boolean).join(' · ') || userAgent.slice(0, 60);
}
