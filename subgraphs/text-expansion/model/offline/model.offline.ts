import type { TextModel } from '../model.ts';
import { SectionText } from '../section-text.ts';
import type { TextWorker } from '../work/text-worker.ts';
import { offlineModelName } from '../writer/offline.ts';

/** The model for when there is no other: rules and phrases, no network, the same answer every time. */
export const createOfflineModel = ({ worker }: { worker: TextWorker }): TextModel => ({
  name: offlineModelName,
  async expand(request) {
    const expansion = await worker.expandOffline(request);
    const { onText } = request;
    const { expanded, sections } = expansion;
    // It writes in no time: each section is told whole.
    if (onText)
      for (const { index: section, title, expandedStart, expandedLength } of sections)
        new SectionText({ section, sections: sections.length, title }, onText).settle(
          expanded.slice(expandedStart, expandedStart + expandedLength),
        );
    return expansion;
  },
});
