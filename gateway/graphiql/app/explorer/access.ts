/** The explorer's fields and arrows, which are clicked and have no role. */
const CONTROLS = 'span[style*="cursor: pointer"]';

function name(element: Element, label: string): void {
  if (!element.hasAttribute('aria-label')) element.setAttribute('aria-label', label);
}

function describeControl(control: HTMLElement): void {
  control.setAttribute('role', 'checkbox');
  control.setAttribute('tabindex', '0');
  control.setAttribute('aria-checked', String(control.querySelector('[data-selected]') !== null));
}

function describe(root: HTMLElement): void {
  for (const control of root.querySelectorAll<HTMLElement>(CONTROLS)) describeControl(control);
  for (const input of root.querySelectorAll<HTMLElement>('[data-arg-name] input, [data-arg-name] select'))
    name(input, `Value of ${input.closest<HTMLElement>('[data-arg-name]')?.dataset['argName']}`);
  for (const input of root.querySelectorAll('.graphiql-operation-title-bar input'))
    name(input, 'Operation name');
  for (const select of root.querySelectorAll('.graphiql-explorer-actions select'))
    name(select, 'Kind of operation');
  for (const button of root.querySelectorAll('.graphiql-explorer-actions button'))
    name(button, 'Add operation');
}

function press(event: KeyboardEvent): void {
  const { target, key } = event;
  if (key !== ' ' && key !== 'Enter') return;
  if (!(target instanceof HTMLElement) || !target.matches(CONTROLS)) return;
  event.preventDefault();
  // Ctrl-Enter runs the operation.
  if (!event.ctrlKey && !event.metaKey) target.click();
}

/**
 * Makes the explorer, whose fields are plain texts that are clicked, one for keyboards and screen readers.
 * @returns undoes it
 */
export function makeAccessible(root: HTMLElement): () => void {
  const observer = new MutationObserver(() => {
    describe(root);
    // Of what was just set itself, nothing is to be heard.
    observer.takeRecords();
  });
  describe(root);
  observer.observe(root, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['data-selected'],
  });
  root.addEventListener('keydown', press);
  return () => {
    observer.disconnect();
    root.removeEventListener('keydown', press);
  };
}
