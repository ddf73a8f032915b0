package io.kvorum.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kvorum.core.controller.Controller;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Breaks the core, or what the simulator promises for the shell and the agent, and looks whether that is found. */
class BreakagesTest {

    /** A small wrong change of the sources, kept as data. */
    private record Breakage(String name, Path file, List<String> rules, int within, String old, String changed) {

        static Breakage read(Path path) throws IOException {
            String text = Files.readString(path);
            int old = text.indexOf("--- old\n");
            int changed = text.indexOf("\n--- new\n");
            return new Breakage(
                    path.getFileName().toString().replace(".txt", ""),
                    Path.of(field(text, "file")),
                    Arrays.asList(field(text, "caught by").split(", ")),
                    Integer.parseInt(field(text, "within").replace(" seeds", "")),
                    text.substring(old + 8, changed),
                    text.substring(changed + 9).stripTrailing());
        }

        private static String field(String text, String name) {
            return text.lines()
                    .filter(line -> line.startsWith(name + ": "))
                    .findFirst()
                    .orElseThrow()
                    .substring(name.length() + 2);
        }
    }

    private static final Path ROOT = Path.of(System.getProperty("source.root", "../.."));
    private static final int MIN_BREAKAGES = 12;

    @TempDir
    static Path work;

    @TestFactory
    Stream<DynamicTest> everyBreakageIsCaught() throws IOException, URISyntaxException {
        Path folder = Path.of(BreakagesTest.class.getResource("/breakages").toURI());
        List<Path> files;
        try (Stream<Path> list = Files.list(folder)) {
            files = list.sorted().toList();
        }
        assertTrue(files.size() >= MIN_BREAKAGES, "Only " + files.size() + " breakages");
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> caught(Breakage.read(file))));
    }

    private static void caught(Breakage breakage) throws Exception {
        String found = hunt(breakage);
        assertTrue(!found.isEmpty(), () -> breakage.name() + " was not caught within " + breakage.within() + " seeds");
        String rule = found.substring(found.indexOf(' ') + 1);
        System.out.println("breakage " + breakage.name() + ": caught by " + rule + " after "
                + found.substring(0, found.indexOf(' ')) + " seeds");
        assertTrue(breakage.rules().contains(rule), () -> breakage.name() + " was caught by " + rule);
    }

    private static String hunt(Breakage breakage) throws Exception {
        Path classes = Files.createDirectories(work.resolve(breakage.name()));
        compile(breakage, classes);
        URL[] urls = {classes.toUri().toURL(), location(Simulation.class), location(Controller.class)};
        // Nothing of the sound classes must be seen.
        try (URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            return (String) loader.loadClass(Hunt.class.getName())
                    .getMethod("first", long.class, int.class)
                    .invoke(null, 1L, breakage.within());
        }
    }

    private static void compile(Breakage breakage, Path classes) throws IOException {
        String sound = Files.readString(ROOT.resolve(breakage.file()));
        int at = sound.indexOf(breakage.old());
        assertTrue(at >= 0, () -> breakage.name() + " does not apply any more: " + breakage.old());
        assertEquals(at, sound.lastIndexOf(breakage.old()), () -> breakage.name() + " applies in two places");
        Path source = classes.resolve(breakage.file().getFileName());
        Files.writeString(source, sound.replace(breakage.old(), breakage.changed()));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        String path = String.join(
                System.getProperty("path.separator"),
                location(Simulation.class).getPath(),
                location(Controller.class).getPath(),
                location(NullMarked.class).getPath());
        int failed = compiler.run(
                null, null, null, "-nowarn", "-proc:none", "-cp", path, "-d", classes.toString(), source.toString());
        assertEquals(0, failed, () -> breakage.name() + " does not compile");
    }

    private static URL location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }
}
