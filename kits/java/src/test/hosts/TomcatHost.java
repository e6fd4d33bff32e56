import examples.ServletReceiver;
import java.io.File;
import java.net.InetAddress;
import java.nio.file.Files;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;

/** Runs the servlet example in an embedded Tomcat 10 and prints its port. */
final class TomcatHost {
    private static final Logger LOGGER = Logger.getLogger("org.apache");

    private TomcatHost() {}

    public static void main(String[] arguments) throws Exception {
        LOGGER.setLevel(Level.WARNING);
        File folder = Files.createTempDirectory("countersign-tomcat").toFile();
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.getPath());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", InetAddress.getLoopbackAddress().getHostAddress());
        Context context = tomcat.addContext("", folder.getPath());
        Wrapper servlet = Tomcat.addServlet(context, "webhook", new ServletReceiver());
        servlet.setLoadOnStartup(1);
        servlet.addMapping("/webhook");
        ((StandardContext) context).setFailCtxIfServletStartFails(true);
        tomcat.start();
        if (!context.getState().isAvailable()) {
            System.exit(1);
        }
        System.out.println("listening on " + tomcat.getConnector().getLocalPort());
        tomcat.getServer().await();
    }
}
