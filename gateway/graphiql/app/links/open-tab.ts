import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useCallback } from 'react';
import type { LinkedOperation } from '../../link.ts';

/** Opens an operation in a tab: in the one that has it already, else in another. It is not run. */
export function useOpenTab(): (content: LinkedOperation) => void {
  const { addTab, changeTab, stop, updateActiveTabValues } = useGraphiQLActions();
  const { tabs, activeTabIndex, queryEditor, variableEditor } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'queryEditor', 'variableEditor'),
  );
  return useCallback(
    ({ query, variables }) => {
      const known = tabs.findIndex((tab) => tab.query === query);
      // A subscription that goes on would write into the other tab.
      stop();
      if (known < 0) addTab();
      else if (known !== activeTabIndex) changeTab(known);
      queryEditor?.setValue(query);
      variableEditor?.setValue(variables);
      // The editors tell the tab only after a while.
      updateActiveTabValues({ query, variables, operationName: null });
      queryEditor?.focus();
    },
    [addTab, changeTab, stop, updateActiveTabValues, tabs, activeTabIndex, queryEditor, variableEditor],
  );
}
