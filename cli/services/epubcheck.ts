import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackage } from './debian.ts';
import type { InstallContext, ProgramDefinition } from './definition.ts';

/** The first minor release that knows EPUB 3.3; Debian's is older. */
const PINNED = '5.3.0';

/** The folder of its jars, in the tools folder. */
const FOLDER = join('bin', `epubcheck-${PINNED}`);

/** Arguments for Java: the class path of epubcheck, and its main class. `toolsFolder`: `.blobgraph`. */
export const epubcheckCommand = (toolsFolder: string): readonly string[] => [
  '-cp',
  join(toolsFolder, FOLDER, '*'),
  'com.adobe.epubcheck.tool.Checker',
];

/** The folder of its jars, once it is installed. */
export const epubcheckFolder = (toolsFolder: string): string => join(toolsFolder, FOLDER);

const PROJECT = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>blobgraph</groupId>
  <artifactId>tools</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.w3c</groupId>
      <artifactId>epubcheck</artifactId>
      <version>${PINNED}</version>
    </dependency>
  </dependencies>
</project>
`;

/** System packages, by the program that each provides. */
const NEEDED = { java: 'default-jre-headless', mvn: 'maven' } as const;

async function installMissing(context: InstallContext): Promise<void> {
  for (const [program, name] of Object.entries(NEEDED))
    if (!existsSync(join('/usr/bin', program))) await installPackage(context, name);
}

/** The W3C's EPUB validator, for tests of exports. */
export const epubcheck: ProgramDefinition = {
  name: 'epubcheck',
  async install(context) {
    const { toolsFolder, run, say } = context;
    const target = epubcheckFolder(toolsFolder);
    if (!existsSync('/usr/bin/java')) await installPackage(context, NEEDED.java);
    if (existsSync(target)) return;
    await installMissing(context);
    say(`epubcheck: installing epubcheck ${PINNED} and its dependencies`);
    // Renamed once it is complete.
    const draft = `${target}.draft`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    const pom = join(toolsFolder, 'services', 'epubcheck.pom.xml');
    mkdirSync(join(toolsFolder, 'services'), { recursive: true });
    writeFileSync(pom, PROJECT);
    await run(`mvn dependency:copy-dependencies epubcheck`, 'mvn', [
      ...['--batch-mode', '--quiet', '--file', pom],
      'dependency:copy-dependencies',
      `-DoutputDirectory=${draft}`,
    ]);
    renameSync(draft, target);
  },
};
