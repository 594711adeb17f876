package dev.mindfulcode.flowstream;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** Runs the stream on its own. Exits with 1 when the stream gives up, so that a supervisor starts it again. */
public final class FlowStreamApplication {

    private FlowStreamApplication() {}

    public static void main(String[] arguments) throws InterruptedException {
        SpringApplication application =
                new SpringApplication(FlowStreamConfiguration.class, FlowStreamManagement.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setWebApplicationType(WebApplicationType.NONE);
        ConfigurableApplicationContext context = application.run(arguments);
        FlowStream stream = context.getBean(FlowStream.class);
        stream.awaitEnd();
        if (stream.hasFailed()) {
            System.exit(SpringApplication.exit(context, () -> 1));
        }
    }
}
