import examples.SpringReceiver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Runs the Spring example in Spring MVC's dispatcher in an embedded Jetty 9 and prints its port. */
final class SpringHost {
    private SpringHost() {}

    public static void main(String[] arguments) throws Exception {
        AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
        context.register(RequestMappingHandlerMapping.class, RequestMappingHandlerAdapter.class, SpringReceiver.class);
        Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        ServletContextHandler handler = new ServletContextHandler();
        ServletHolder dispatcher = new ServletHolder(new DispatcherServlet(context));
        dispatcher.setInitOrder(1);
        handler.addServlet(dispatcher, "/");
        server.setHandler(handler);
        try {
            server.start();
        } catch (Exception unusable) {
            unusable.printStackTrace();
            System.exit(1);
        }
        System.out.println("listening on " + ((ServerConnector) server.getConnectors()[0]).getLocalPort());
        server.join();
    }
}
