// Puts the function of verify.groovy to many requests in one run, as the virtual machine takes a second
// to start: groovy tests/every.groovy verify.groovy FOLDER
//
// The folder has files N.secret, N.header, N.body and N.genuine (true or false). What differs is printed.
def verify = new GroovyShell().parse(new File(args[0]))
int count = 0
new File(args[1]).eachFileMatch(~/.*\.genuine/) { expected ->
    def part = { String name -> new File(expected.path.replaceFirst(/genuine$/, name)) }
    def answer = verify.genuine(part('secret').bytes, part('header').text, part('body').bytes)
    if (answer != expected.text.toBoolean()) println "${expected.name}: $answer"
    count++
}
println "$count requests"
