package dev.mindfulcode.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven builds, for {@code --version}. */
final class ProductVersion implements IVersionProvider {

    @Override
    public String[] getVersion() throws IOException {
        Properties properties = new Properties();
        try (InputStream file = ProductVersion.class.getResourceAsStream("version.properties")) {
            properties.load(file);
        }
        return new String[] {"Mindful Code " + properties.getProperty("version")};
    }
}
