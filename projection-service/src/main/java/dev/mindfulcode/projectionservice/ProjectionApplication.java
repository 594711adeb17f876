package dev.mindfulcode.projectionservice;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;

/** Runs the projection service on its own. */
public final class ProjectionApplication {

    private ProjectionApplication() {}

    public static void main(String[] arguments) {
        SpringApplication application =
                new SpringApplication(ProjectionConfiguration.class, ProjectionManagement.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.run(arguments);
    }
}
